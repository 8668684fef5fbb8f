// `baton run --on-conflict`: what happens if a run of the id exists already.
import { beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/system/ports.js';
import { useCliDirectory } from '../support/baton.js';

const { baton, json, spawn, write } = useCliDirectory();

beforeAll(async () => {
  await write('hold.json', {
    name: 'hold',
    tasks: { wait: { agent: 'hold', input: '{% $input %}' } },
    output: '{% $tasks.wait.output.n %}',
  });
  const dev = spawn('dev', '--port', String(await freePort()), '--ui-port', String(await freePort()));
  await dev.waitForLine('worker ready');
});

const input = (n: number, until: string) => ['--input', JSON.stringify({ n, until })];
const run = (id: string, n: number, until: string, ...more: string[]) =>
  ['run', 'hold.json', '--id', id, ...input(n, until), ...more] as const;

test('--on-conflict: an unknown policy is refused before anything is started', async () => {
  const { exitCode, stderr } = await baton(...run('x', 1, 'never', '--on-conflict', 'wait'));
  expect([exitCode, stderr]).toEqual([
    2,
    expect.stringContaining('--on-conflict: expected attach, reject, queue, replace, got "wait"'),
  ]);
});

test('--on-conflict reject: an existing run is refused with exit code 2', async () => {
  await baton(...run('r', 1, 'r-open', '--detach'));
  const { exitCode, stderr } = await baton(...run('r', 1, 'r-open', '--on-conflict', 'reject'));
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('run r exists already, and is in progress')]);
  await write('r-open', '');
});

test('--on-conflict queue: says what it waits for, starts afterwards, and prints its own result', async () => {
  await baton(...run('q', 1, 'q-open', '--detach'));
  const queued = spawn(...run('q', 2, 'q-open', '--on-conflict', 'queue'));
  expect(await queued.waitForLine('queued behind')).toContain('queued behind run q, which is in progress');
  expect(await json(...run('q', 3, 'q-open', '--on-conflict', 'queue', '--detach'))).toMatchObject({
    runId: 'q',
    status: 'queued',
    isNew: true,
    queued: { ahead: 1 },
  });
  expect((await baton('status', 'q')).stdout).toContain('2 starts of this id wait until it has ended: queue, queue');
  expect((await json('status', 'q')) as object).toMatchObject({
    queuedStarts: [{ policy: 'queue' }, { policy: 'queue' }],
  });
  await write('q-open', '');
  const { exitCode, stdout } = await queued.ended;
  expect([exitCode, stdout]).toEqual([0, '2']);
  await expect.poll(async () => (await baton('result', 'q')).stdout).toBe('3');
});

test('--on-conflict queue: Ctrl-C withdraws a run that is still queued', async () => {
  await baton(...run('w', 1, 'w-open', '--detach'));
  const queued = spawn(...run('w', 2, 'w-open', '--on-conflict', 'queue'));
  await queued.waitForLine('queued behind');
  queued.signal('SIGINT');
  const { exitCode, stderr } = await queued.ended;
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('run w was withdrawn before it started')]);
  await write('w-open', '');
  expect((await baton('result', 'w')).stdout).toBe('1');
});

test('--on-conflict replace: cancels the run in progress and runs instead of it', async () => {
  await baton(...run('p', 1, 'never', '--detach'));
  await write('p-open', '');
  const { exitCode, stdout, stderr } = await baton(...run('p', 2, 'p-open', '--on-conflict', 'replace'));
  expect([exitCode, stdout, stderr]).toEqual([0, '2', expect.stringContaining('run p is being cancelled')]);
});
