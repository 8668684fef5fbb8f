// `baton sweep --schedule`: a Schedule of the server lets a worker end what no worker uses.
import { Client, Connection } from '@temporalio/client';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../src/system/ports.js';
import { useCliDirectory, type Running } from '../support/baton.js';

const { baton, json, spawn, write } = useCliDirectory();

const ECHO = '{ type: echo, kind: command, command: [node, agent.js] }';
const FRAGILE =
  '{ type: fragile, kind: command, command: [node, agent.js, broken], retry: { attempts: 1 }, breaker: { minCalls: 1, openFor: 1h } }';

let port: number;

beforeAll(async () => {
  port = await freePort();
  await write('old.config.yaml', `project: shop\nagents: [${ECHO}, ${FRAGILE}]\n`);
  await write('baton.config.yaml', `project: shop\nagents: [${ECHO}]\n`);
  await write('fails.json', { name: 'fails', tasks: { a: { agent: 'fragile' } } });
});

async function startDev(...more: string[]): Promise<Running> {
  const dev = spawn('dev', '--port', String(port), '--ui-port', String(await freePort()), ...more);
  await dev.waitForLine('worker ready');
  return dev;
}

interface Schedule {
  readonly schedule: string;
  readonly cron: string;
  readonly next: string;
}

test('sweep --schedule: a worker ends the breaker that no worker uses; --unschedule removes the Schedule', async () => {
  const old = await startDev('--config', 'old.config.yaml');
  await baton('run', 'fails.json', '--config', 'old.config.yaml');
  old.signal('SIGKILL');
  await old.ended;
  // The agent is not in the configuration any more: its breaker is left without workers.
  await startDev();
  const schedule = ['sweep', '--schedule', '0 3 * * *', '--stale', '1s'];
  const made = (await json(...schedule)) as Schedule;
  expect(made).toMatchObject({ schedule: 'baton-sweep/shop', cron: '0 3 * * *', staleMs: 1_000 });
  expect(made.next).toMatch(/T03:00:00.000Z$/);
  expect((await baton(...schedule)).stderr).toContain('schedule baton-sweep/shop: 0 3 * * * UTC, next ');

  const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
  onTestFinished(() => connection.close());
  const { workflow, schedule: schedules } = new Client({ connection });
  const breaker = workflow.getHandle('baton-breaker/shop/fragile');
  expect((await breaker.describe()).status.name).toBe('RUNNING');
  const handle = schedules.getHandle(made.schedule);
  const sweepOnce = async (): Promise<unknown> => {
    const before = (await handle.describe()).info.numActionsTaken;
    await handle.trigger();
    const taken = async () => (await handle.describe()).info;
    await expect.poll(async () => (await taken()).numActionsTaken, { timeout: 30_000 }).toBeGreaterThan(before);
    return await workflow.getHandle((await taken()).recentActions.at(-1)!.action.workflow.workflowId).result();
  };
  // It was used a moment ago; `--stale` is one second.
  await expect.poll(sweepOnce, { timeout: 60_000 }).toMatchObject({ ended: ['baton-breaker/shop/fragile'] });
  expect((await breaker.describe()).status.name).toBe('TERMINATED');

  expect(await json('sweep', '--unschedule')).toEqual({ project: 'shop', removed: true });
  expect(await json('sweep', '--unschedule')).toEqual({ project: 'shop', removed: false });
  await expect(handle.describe()).rejects.toThrow();
  // It is none of the schedules of the configuration.
  expect(await json('schedule', 'list')).toMatchObject({ schedules: [] });
}, 240_000);

test.each([
  [['--schedule', 'daily'], 'error: --schedule: '],
  [['--schedule', '0 3 * * *', '--dry-run'], 'error: --dry-run: a Schedule always sweeps'],
  [['--schedule', '0 3 * * *', '--unschedule'], 'error: --unschedule: expected either'],
])('sweep --schedule refuses %j', async (args, line) => {
  const { exitCode, stderr } = await baton('sweep', ...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(line);
});
