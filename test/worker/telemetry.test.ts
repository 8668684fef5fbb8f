// What a worker in a program serves. The tests have installed a Runtime of their own, as a host may: the metrics are Baton's alone.
import { beforeAll, describe, expect, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { registerSearchAttributes } from '../../src/server/search-attributes.js';
import { freePort } from '../../src/system/ports.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();
beforeAll(() => registerSearchAttributes(workers.env.connection, 'default'));

const echo = functionAgent({ type: 'echo', run: (input) => input });

const PLAN = {
  name: 'counted',
  tasks: {
    before: { agent: 'echo', input: { n: '{% 1 + 1 %}' } },
    paid: { event: 'paid', needs: ['before'] },
    after: { agent: 'echo', input: '{% $tasks.paid.output %}' },
  },
};

async function read(url: string, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, text: await response.text() };
}

/** Values that are read from the server are read every five seconds. */
const SOON = { timeout: 60_000, interval: 500 };

describe('a worker with telemetry', () => {
  const served = async (taskQueue: string, agents = [echo]) => {
    const listen = `127.0.0.1:${await freePort()}`;
    const worker = await workers.start({ agents, taskQueues: [taskQueue], telemetry: { listen } });
    const url = `http://${listen}`;
    const lines = async (start: string) =>
      (await read(url, '/metrics')).text.split('\n').filter((line) => line.startsWith(start));
    return { ...worker, url, lines };
  };

  test('a run that two workers replay counts once, with its expressions and its two calls', async () => {
    const queue = 'counted-once';
    const baton = workers.baton([echo], queue);
    const first = await served(queue);
    const run = await baton.start(PLAN);
    await expect
      .poll(() => first.lines('baton_calls_total'), SOON)
      .toEqual(['baton_calls_total{agent="echo",outcome="succeeded",error_type=""} 1']);
    await expect.poll(() => first.lines('baton_runs_active'), SOON).toContain('baton_runs_active{plan="counted"} 1');
    await first.stop();
    // The second worker has nothing of the run in memory.
    const second = await served(queue);
    await run.deliverEvent('paid', { amount: 3 });
    expect(await run.result()).toMatchObject({ status: 'completed' });
    await expect
      .poll(() => second.lines('baton_runs_total'), SOON)
      .toEqual(['baton_runs_total{plan="counted",status="completed"} 1']);
    expect(await second.lines('baton_calls_total')).toEqual([
      'baton_calls_total{agent="echo",outcome="succeeded",error_type=""} 1',
    ]);
    expect(await second.lines('baton_expression_duration_seconds_count')).toEqual([
      'baton_expression_duration_seconds_count 1',
    ]);
    await expect.poll(() => second.lines('baton_runs_active'), SOON).toContain('baton_runs_active{plan="counted"} 0');
    expect((await read(second.url, '/metrics')).text).not.toContain('temporal_');
  });

  test('/readyz is 503 while the worker drains, and /metrics still answers', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const hold = functionAgent({ type: 'hold', run: () => held });
    const worker = await served('drained', [hold]);
    await expect.poll(async () => (await read(worker.url, '/readyz')).status, SOON).toBe(200);
    const baton = workers.baton([hold], 'drained');
    const run = await baton.start({ name: 'held', tasks: { one: { agent: 'hold' } } });
    await expect
      .poll(() => worker.lines('baton_agent_calls_in_flight'), SOON)
      .toEqual(['baton_agent_calls_in_flight{agent="hold"} 1']);
    const stopped = worker.stop();
    expect(await read(worker.url, '/readyz')).toEqual({
      status: 503,
      text: 'not ready: the worker is draining, or has not begun\n',
    });
    expect((await read(worker.url, '/livez')).status).toBe(200);
    release();
    await stopped;
    await run.cancel();
    await expect(fetch(`${worker.url}/livez`)).rejects.toThrow();
  });

  test('tasks that no worker takes are a backlog', async () => {
    const far = functionAgent({ type: 'far', taskQueue: 'no-worker-here', run: () => 1 });
    const worker = await served('with-backlog', [far]);
    const run = await workers.baton([far], 'with-backlog').start({ name: 'far', tasks: { one: { agent: 'far' } } });
    await expect
      .poll(() => worker.lines('baton_task_queue_backlog{'), SOON)
      .toContain('baton_task_queue_backlog{task_queue="no-worker-here",task_type="activity"} 1');
    await run.cancel();
  });
});
