// Commands that wait for a run say so when it cannot continue, and wait on: without a worker, and while the server restarts.
import { spawn as spawnProcess, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { freePort } from '../../src/system/ports.js';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory();
const { baton, json, spawn, write } = place;

const holding = (id: string) => ({ name: id, tasks: { held: { agent: 'hold', input: { until: `go-${id}` } } } });

/** A run in progress, without a worker: the one that had it has ended. */
async function orphan(id: string): Promise<void> {
  await write(`${id}.json`, holding(id));
  const run = spawn('run', `${id}.json`, '--id', id);
  await run.waitForLine('held running');
  run.signal('SIGTERM');
  await run.ended;
}

const NO_WORKER =
  /waits for a worker: no worker polls the Task Queue "baton-[0-9a-f]{12}"; start one with "baton worker"$/;

test.each([
  ['result', ['result', 'waits-result'], 'run waits-result continues'],
  ['status --watch', ['status', 'waits-status', '--watch'], 'the run continues'],
])(
  '%s: without a worker it says so, waits, and prints the result when a worker has come',
  async (_, args, continues) => {
    const id = args[1]!;
    await orphan(id);
    const waiting = spawn(...args);
    expect(await waiting.waitForLine('waits for a worker')).toMatch(NO_WORKER);
    const worker = spawn('worker');
    await worker.waitForLine('worker ready');
    await waiting.waitForLine(continues);
    await write(`go-${id}`, '');
    const { exitCode, stderr } = await waiting.ended;
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^✓ completed in /m);
    worker.signal('SIGTERM');
    await worker.ended;
  },
);

test.each([[[]], [['--quiet']]])(
  'run --id %j: a run on a Task Queue that no worker polls is followed, and the line says what it waits for',
  async (more) => {
    const id = `elsewhere${more.length}`;
    await write(`${id}.json`, holding(id));
    const first = spawn('worker', '--task-queue', 'elsewhere');
    await first.waitForLine('worker ready');
    await baton('run', `${id}.json`, '--id', id, '--task-queue', 'elsewhere', '--detach');
    first.signal('SIGTERM');
    await first.ended;
    const run = spawn('run', `${id}.json`, '--id', id, ...more);
    expect(await run.waitForLine('waits for a worker')).toContain('no worker polls the Task Queue "elsewhere"');
    const second = spawn('worker', '--task-queue', 'elsewhere');
    await second.waitForLine('worker ready');
    await write(`go-${id}`, '');
    expect(await run.ended).toMatchObject({ exitCode: 0 });
    second.signal('SIGTERM');
    await second.ended;
  },
);

test('result: Ctrl-C stops waiting, says so, and leaves the run', async () => {
  await orphan('left');
  const waiting = spawn('result', 'left');
  await waiting.waitForLine('waiting for its end');
  waiting.signal('SIGINT');
  const { exitCode, stderr } = await waiting.ended;
  expect(exitCode).toBe(1);
  expect(stderr).toContain('stopped waiting; run left has not ended, and continues');
  expect(await json('status', 'left')).toMatchObject({ status: 'running' });
});

let server: ChildProcess | undefined;
afterAll(() => void server?.kill('SIGKILL'));

/** A server that no process of Baton restarts. */
async function startServer(port: number): Promise<ChildProcess> {
  const flags = ['--headless', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'];
  const database = ['--db-filename', join(place.directory, 'restarted.db')];
  const child = spawnProcess(inject('temporalBinary'), ['server', 'start-dev', ...flags, ...database], {
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  return (server = child);
}

test('run, result and status --watch wait through a restart of the server, and say what they wait for', async () => {
  const port = await freePort();
  const at = ['--address', `127.0.0.1:${port}`];
  const first = await startServer(port);
  await expect.poll(() => baton('setup', ...at), { timeout: 90_000, interval: 1_000 }).toMatchObject({ exitCode: 0 });
  await write('through.json', holding('through'));
  const run = spawn('run', 'through.json', '--id', 'through', ...at);
  await run.waitForLine('held running');
  const all = [run, spawn('result', 'through', ...at), spawn('status', 'through', '--watch', ...at)];
  await all[1]!.waitForLine('waiting for its end');
  await all[2]!.waitForLine('held running');
  first.kill('SIGKILL');
  await once(first, 'exit');
  for (const one of all)
    expect(await one.waitForLine('the server does not answer')).toMatch(
      /run through: the server does not answer.*; waiting for it$/,
    );
  await startServer(port);
  for (const one of all) await one.waitForLine('continues');
  await write('go-through', '');
  for (const one of all) expect((await one.ended).exitCode).toBe(0);
});
