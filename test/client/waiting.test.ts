// A program that waits for a run without a worker says so, and waits.
import { spawn } from 'node:child_process';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { connect, type Baton } from '../../src/index.js';
import { freePort } from '../../src/system/ports.js';
import { createWorker } from '../../src/worker.js';
import { makeDirectory, find, unconfigure } from '../server/place.js';
import type { FoundServer } from '../../src/server/index.js';

const echo = functionAgent({ type: 'echo', run: (input) => input });
const plan = { name: 'echo', tasks: { a: { agent: 'echo', input: 1 } }, output: '{% $tasks.a.output %}' };
const NO_WORKER = (id: string, queue: string) =>
  `run ${id} waits for a worker: no worker polls the Task Queue "${queue}"; start one with "baton worker"`;

/** A worker on this Task Queue, until the test is over. */
async function startWorker(server: Pick<FoundServer, 'connectionOptions' | 'namespace'>, taskQueue: string) {
  const workflowBundle = { codePath: inject('workflowBundle') };
  const worker = await createWorker({ server, agents: [echo], taskQueues: [taskQueue], workflowBundle });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
}

async function server(): Promise<FoundServer> {
  unconfigure();
  return await find(await makeDirectory());
}

test('result: the callback hears of a missing worker, and that the run continues', async () => {
  const found = await server();
  const said: (string | undefined)[] = [];
  const baton = await connect({ server: found, taskQueue: 'none-1', onWaiting: (message) => said.push(message) });
  onTestFinished(() => baton.close());
  const result = (await baton.start(plan, { id: 'lonely' })).result();
  await expect.poll(() => said).toEqual([NO_WORKER('lonely', 'none-1')]);
  await startWorker(found, 'none-1');
  expect((await result).output).toBe(1);
});

test('executeTask: without a callback, stderr says what the run waits for', async () => {
  const found = await server();
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => warn.mockRestore());
  const baton = await connect({ server: found, taskQueue: 'none-2' });
  onTestFinished(() => baton.close());
  const answer = baton.executeTask(echo, 'hello', { id: 'one-call' });
  await expect.poll(() => warn.mock.lastCall).toEqual([NO_WORKER('one-call', 'none-2')]);
  await startWorker(found, 'none-2');
  expect(await answer).toBe('hello');
});

test('result: a signal stops the waiting with its reason, and close stops it, too', async () => {
  const found = await server();
  const baton = await connect({ server: found, taskQueue: 'none-3', onWaiting: () => undefined });
  const run = await baton.start(plan, { id: 'stopped' });
  const enough = new AbortController();
  const result = run.result({ signal: enough.signal });
  enough.abort(new Error('enough'));
  await expect(result).rejects.toThrow('enough');
  await expect(run.result({ signal: enough.signal })).rejects.toThrow('enough');
  const other = run.result();
  const rejected = expect(other).rejects.toThrow('the client was closed before the run ended');
  await baton.close();
  await rejected;
});

test('result: it waits through a restart of the server, and says so', async () => {
  const directory = await makeDirectory();
  unconfigure();
  const port = await freePort();
  const start = () => {
    const flags = ['--headless', '--ip', '127.0.0.1', '--port', String(port), '--db-filename', `${directory}/some.db`];
    const child = spawn(inject('temporalBinary'), ['server', 'start-dev', ...flags], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  const address = `127.0.0.1:${port}`;
  const said: (string | undefined)[] = [];
  const first = start();
  let baton: Baton | undefined;
  const open = async () => {
    baton ??= await connect({ address, taskQueue: 'again', onWaiting: (message) => said.push(message) }).catch(
      () => undefined,
    );
    return baton;
  };
  await expect.poll(open, { timeout: 60_000, interval: 500 }).toBeDefined();
  onTestFinished(() => baton?.close());
  const result = (await baton!.start(plan, { id: 'through' })).result();
  await expect.poll(() => said.at(-1)).toBe(NO_WORKER('through', 'again'));
  first.kill('SIGKILL');
  await expect
    .poll(() => said.at(-1), { timeout: 60_000 })
    .toMatch(/^run through: the server does not answer.*; waiting for it$/);
  start();
  await expect.poll(() => said.at(-1), { timeout: 60_000 }).toBe(NO_WORKER('through', 'again'));
  await startWorker({ connectionOptions: { address }, namespace: 'default' }, 'again');
  expect((await result).output).toBe(1);
});
