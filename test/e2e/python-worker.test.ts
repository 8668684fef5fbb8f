// What calls of a Python worker survive: its death, its shutdown, and values that it cannot read.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { remoteAgent } from '../../src/activities/agents/remote/remote-agent.js';
import { CLIENT, findPython, NO_PYTHON, startPython } from '../support/python.js';
import { useWorkers } from '../support/workers.js';

const isHere = findPython() !== undefined;
const TYPES = ['slow/async', 'slow/thread'];

const plan = {
  name: 'slow',
  tasks: Object.fromEntries(
    TYPES.map((agent) => [agent.slice('slow/'.length), { agent, heartbeat: '2s', retry: { attempts: 2 } }]),
  ),
};

describe.skipIf(!isHere)(isHere ? 'a Python worker' : `skipped: ${NO_PYTHON}`, () => {
  const workers = useWorkers();

  async function setUp(name: string) {
    const directory = await mkdtemp(join(tmpdir(), 'baton-python-'));
    const agents = TYPES.map((type) => remoteAgent({ type, taskQueue: name }));
    await workers.start({ agents, taskQueues: [`${name}-runs`] });
    const serve = async () => {
      const program = join(CLIENT, 'tests/slow_agents.py');
      const worker = await startPython([program, name, workers.env.address, directory, '1s']);
      onTestFinished(() => worker.kill('SIGKILL'));
      return worker;
    };
    const calls = async () => {
      const text = await readFile(join(directory, 'calls'), 'utf8').catch(() => '');
      const lines = text.trim().split('\n');
      return text === '' ? [] : lines.map((line) => JSON.parse(line) as [string, string, number, unknown]).sort();
    };
    const run = await workers.baton(agents, `${name}-runs`).start(plan, { id: name });
    return { serve, calls, run, finish: () => writeFile(join(directory, 'go'), '') };
  }

  test('is killed in the middle of a call: another one makes it again, with the same key and the progress', async () => {
    const { serve, calls, run, finish } = await setUp('killed');
    const first = await serve();
    await vi.waitUntil(async () => (await calls()).length === 2, { timeout: 30_000 });
    // Progress is sent immediately, or a second later.
    await vi.waitUntil(
      async () => ((await run.describe()).raw.pendingActivities ?? []).every((call) => call.heartbeatDetails != null),
      { timeout: 30_000, interval: 100 },
    );
    first.kill('SIGKILL');
    await first.ended;
    await serve();
    await vi.waitUntil(async () => (await calls()).length === 4, { timeout: 60_000, interval: 100 });
    await finish();
    const { status, tasks } = await run.result();
    expect(status).toBe('completed');
    for (const kind of ['async', 'thread']) {
      const output = { attempt: 2, lastProgress: { by: kind } };
      expect(tasks[kind]).toMatchObject({ status: 'succeeded', attempts: 2, output });
    }
    expect(await calls()).toEqual([
      ['async', 'killed/async', 1, null],
      ['async', 'killed/async', 2, { by: 'async' }],
      ['thread', 'killed/thread', 1, null],
      ['thread', 'killed/thread', 2, { by: 'thread' }],
    ]);
  });

  test('shuts down in the middle of a call: the call goes to another worker, and that uses up no attempt', async () => {
    const { serve, calls, run, finish } = await setUp('handed-over');
    const first = await serve();
    await vi.waitUntil(async () => (await calls()).length === 2, { timeout: 30_000 });
    const second = await serve();
    first.kill('SIGTERM');
    expect((await first.ended).exitCode).toBe(0);
    await vi.waitUntil(async () => (await calls()).length === 4, { timeout: 60_000, interval: 100 });
    await finish();
    const { status, tasks } = await run.result();
    expect(status).toBe('completed');
    for (const kind of ['async', 'thread'])
      expect(tasks[kind]).toMatchObject({ attempts: 1, output: { attempt: 1, lastProgress: { by: kind } } });
    second.kill('SIGTERM');
    await second.ended;
  });

  test('cannot decrypt a value: the call waits without using up an attempt, and the failure names the key', async () => {
    const key = randomBytes(32).toString('base64');
    vi.stubEnv('PYTHON_WORKER_KEY', key);
    const encryption = { keys: [{ id: 'a', key: { env: 'PYTHON_WORKER_KEY' } }] };
    const agents = [remoteAgent({ type: 'conformance/echo', taskQueue: 'no-key' })];
    await workers.start({ agents, encryption, taskQueues: ['no-key-runs'] });
    const baton = await workers.connect({ agents, encryption, taskQueue: 'no-key-runs' });
    const echo = { agent: 'conformance/echo', input: { text: 'x' }, retry: { attempts: 1, max: '1s' } };
    const run = await baton.start({ name: 'no-key', tasks: { echo } });
    const program = join(CLIENT, 'tests/conformance_agents.py');
    const without = await startPython([program, 'no-key', workers.env.address]);
    onTestFinished(() => without.kill('SIGKILL'));
    await vi.waitUntil(async () => Number((await run.describe()).raw.pendingActivities?.[0]?.attempt) > 2, {
      timeout: 60_000,
      interval: 100,
    });
    const { tasks } = await run.snapshot({ outputs: false });
    expect(tasks['echo']).toMatchObject({ attempts: 1, failure: { type: 'StorageUnavailable' } });
    expect(tasks['echo']!.failure!.message).toMatch(/encrypted with the key "a", and no key is configured here/);
    without.kill('SIGTERM');
    await without.ended;
    const storage = await mkdtemp(join(tmpdir(), 'baton-python-'));
    const args = [program, 'no-key', workers.env.address, storage, 'PYTHON_WORKER_KEY'];
    const withKey = await startPython(args, { PYTHON_WORKER_KEY: key });
    onTestFinished(() => withKey.kill('SIGKILL'));
    expect((await run.result()).tasks['echo']).toMatchObject({
      status: 'succeeded',
      attempts: 1,
      output: { text: 'x' },
    });
    vi.unstubAllEnvs();
  });
});
