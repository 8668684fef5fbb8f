// Large values on a real server, with real workers: nothing of them is in the history, and nothing is lost while the storage is away.
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Baton } from '../../src/client.js';
import type { RunHandle } from '../../src/client/run-handle.js';
import type { StorageSettings } from '../../src/values/storage/settings.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();
let count = 0;

async function scratch(): Promise<string> {
  const directory = join(await mkdtemp(join(tmpdir(), 'baton-large-')), 'values');
  onTestFinished(() => rm(join(directory, '..'), { recursive: true, force: true }));
  return directory;
}

const valuesIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name));

/** A chain of three tasks, each of which passes the value on. */
const chain = {
  name: 'chain',
  tasks: {
    a: { agent: 'make', input: '{% $input.n %}' },
    b: { agent: 'pass', input: '{% $tasks.a.output %}' },
    c: { agent: 'pass', input: '{% $tasks.b.output %}' },
  },
};

const make = functionAgent<number, string>({ type: 'make', run: (n) => 'x'.repeat(n) });
const pass = functionAgent<string, string>({ type: 'pass', run: (text) => text });

async function start(storage: StorageSettings | false, agents: Parameters<typeof workers.start>[0]['agents']) {
  const taskQueue = `large-${++count}`;
  const worker = await workers.start({ agents, taskQueues: [taskQueue], storage });
  const baton = await workers.connect({ agents, taskQueue, storage });
  return { worker, baton, taskQueue };
}

async function historyBytes(baton: Baton, { id }: RunHandle): Promise<number> {
  const { raw } = await baton.client.workflow.getHandle(id).describe();
  return Number(raw.workflowExecutionInfo?.historySizeBytes);
}

const MIB = 1024 * 1024;

test('large values: 5 MiB pass through three tasks, and the history has less than 10 KB of them', async () => {
  const dir = await scratch();
  const { baton } = await start({ dir }, [make, pass]);
  const small = await baton.start(chain, { input: { n: 10 } });
  const large = await baton.start(chain, { input: { n: 5 * MIB } });
  const { status, tasks } = await large.result();
  expect(status).toBe('completed');
  expect(tasks['c']!.output).toHaveLength(5 * MIB);
  await small.result();
  expect(await historyBytes(baton, large)).toBeLessThan((await historyBytes(baton, small)) + 10_000);
});

test('large values: an output that several tasks have is stored once', async () => {
  const dir = await scratch();
  const { baton } = await start({ dir }, [make]);
  const task = { agent: 'make', input: 300_000 };
  const run = await baton.start({ name: 'same', tasks: { a: task, b: task, c: { ...task, needs: ['a'] } } });
  expect(await run.result()).toMatchObject({ status: 'completed' });
  // One output three times; the result of the run refers to it.
  expect(await valuesIn(dir)).toHaveLength(1);
});

test('large values: while the storage is away, a finished call waits, and its agent is not called again', async () => {
  const dir = await scratch();
  let calls = 0;
  const away = functionAgent<unknown, string>({
    type: 'away',
    run: async () => {
      calls++;
      await rename(dir, `${dir}-away`);
      return 'y'.repeat(MIB);
    },
  });
  const { worker, baton } = await start({ dir }, [away, pass]);
  const run = await baton.start({
    name: 'wait',
    tasks: { a: { agent: 'away' }, b: { agent: 'pass', input: '{% $tasks.a.output %}' } },
    output: '{% $length($tasks.b.output) %}',
  });
  await expect
    .poll(() => worker.said.some((line) => line.includes('waits until it can be stored')), { timeout: 30_000 })
    .toBe(true);
  expect((await run.describe()).status.name).toBe('RUNNING');
  await rename(`${dir}-away`, dir);
  expect(await run.result()).toMatchObject({ status: 'completed', output: MIB, tasks: { a: { attempts: 1 } } });
  expect(calls).toBe(1);
  expect(worker.said.filter((line) => line.includes('cannot be used; calls wait'))).toHaveLength(1);
  expect(worker.said.filter((line) => line.includes('can be used again'))).toHaveLength(1);
});

/** A file system of 4 MiB; only root may mount one. */
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

test.skipIf(!isRoot)('large values: while the disk is full, a finished call waits', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'baton-full-'));
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory]);
  onTestFinished(async () => {
    await execa('umount', ['-l', directory]);
    await rm(directory, { recursive: true, force: true });
  });
  const filler = join(directory, 'filler');
  let calls = 0;
  const fill = functionAgent<unknown, string>({
    type: 'fill',
    run: async () => {
      calls++;
      await writeFile(filler, Buffer.alloc(3_500_000));
      return 'f'.repeat(MIB);
    },
  });
  const { worker, baton } = await start({ dir: join(directory, 'values') }, [fill]);
  const run = await baton.start({
    name: 'full',
    tasks: { a: { agent: 'fill' } },
    output: '{% $length($tasks.a.output) %}',
  });
  const waits = () => worker.said.find((line) => line.includes('waits until it can be stored'));
  await expect.poll(waits, { timeout: 30_000 }).toContain('ENOSPC');
  await rm(filler);
  expect(await run.result()).toMatchObject({ status: 'completed', output: MIB });
  expect(calls).toBe(1);
});

test('large values: an input that a worker with other storage cannot read for a while uses no attempt of its call', async () => {
  const dir = await scratch();
  const { taskQueue } = await start({ dir }, [make]);
  const onceQueue = `large-${++count}`;
  const retry = { attempts: 1 };
  const once = functionAgent<string, number>({ type: 'once', taskQueue: onceQueue, retry, run: (text) => text.length });
  const baton = await workers.connect({ agents: [make, once], taskQueue, storage: { dir } });
  const run = await baton.start({
    name: 'read',
    tasks: { a: { agent: 'make', input: MIB }, b: { agent: 'once', input: '{% $tasks.a.output %}' } },
  });
  const pending = async () => (await run.describe()).raw.pendingActivities?.find((one) => one.activityId === 'b');
  await expect.poll(pending, { timeout: 30_000 }).toBeDefined();
  await rename(dir, `${dir}-away`);
  await workers.start({ agents: [once], taskQueues: [onceQueue], storage: { dir: await scratch() } });
  await expect.poll(async () => (await pending())?.attempt, { timeout: 60_000 }).toBeGreaterThan(2);
  expect((await pending())?.lastFailure?.message).toMatch(/cannot be read by this process: its storage is .*, and /);
  expect((await run.snapshot({ outputs: false })).tasks['b']).toMatchObject({
    waits: { storage: expect.stringContaining(dir) as string, calls: 1 },
  });
  await rename(`${dir}-away`, dir);
  expect((await run.result()).tasks['b']).toMatchObject({ status: 'succeeded', output: MIB, attempts: 1 });
});

test('large values: status says which storage a call waits for, and since when', async () => {
  const dir = await scratch();
  const { taskQueue } = await start({ dir }, [make]);
  const lateQueue = `large-${++count}`;
  const late = functionAgent<string, number>({ type: 'late', taskQueue: lateQueue, run: (text) => text.length });
  const baton = await workers.connect({ agents: [make, late], taskQueue, storage: { dir } });
  const begun = new Date().toISOString();
  const run = await baton.start({
    name: 'since',
    tasks: { a: { agent: 'make', input: MIB }, b: { agent: 'late', input: '{% $tasks.a.output %}' } },
  });
  const isPending = async () =>
    (await run.describe()).raw.pendingActivities?.some(({ activityId }) => activityId === 'b');
  await expect.poll(isPending).toBe(true);
  const [scope] = (await readdir(dir)).filter((name) => name !== 'storage.json');
  const values = join(dir, scope!);
  await rename(values, `${dir}-away`);
  // What is there now cannot be read.
  await writeFile(values, '');
  await workers.start({ agents: [late], taskQueues: [lateQueue], storage: { dir } });
  const waits = async () => (await run.snapshot({ outputs: false })).tasks['b']?.waits;
  await expect
    .poll(waits, { timeout: 60_000 })
    .toMatchObject({ calls: 1, storage: expect.stringContaining(dir) as string, since: expect.any(String) as string });
  const { since } = (await waits())!;
  expect(since! > begun && since! <= new Date().toISOString()).toBe(true);
  await rm(values);
  await rename(`${dir}-away`, values);
  expect((await run.result()).tasks['b']).toMatchObject({ status: 'succeeded', output: MIB });
});

test('large values: progress of any size ends no worker while the storage is away', async () => {
  const dir = await scratch();
  const busy = functionAgent<unknown, string>({
    type: 'busy',
    heartbeat: '2s',
    run: async (_, { progress }) => {
      await rename(dir, `${dir}-away`);
      for (let n = 0; n < 5; n++) progress(`${n}${'p'.repeat(200_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await rename(`${dir}-away`, dir);
      return 'done';
    },
  });
  const { baton } = await start({ dir }, [busy]);
  const plan = { name: 'busy', tasks: { a: { agent: 'busy' } }, output: '{% $tasks.a.output %}' };
  expect(await (await baton.start(plan)).result()).toMatchObject({ status: 'completed', output: 'done' });
  expect(await valuesIn(dir)).toEqual([]);
});

test('large values: a run with a stored value is read by a client without storage on this machine', async () => {
  const dir = await scratch();
  const { baton, taskQueue } = await start({ dir }, [make, pass]);
  const run = await baton.start(chain, { input: { n: MIB } });
  await run.result();
  const reader = await workers.connect({ taskQueue, storage: false });
  expect((await reader.run(run.id).result()).tasks['a']!.output).toHaveLength(MIB);
});

test('large values: a stored value that was changed fails the call that needs it, with hash and place', async () => {
  const dir = await scratch();
  const { taskQueue } = await start({ dir }, [make]);
  const lateQueue = `large-${++count}`;
  const late = functionAgent<string, string>({ type: 'late', taskQueue: lateQueue, run: (text) => text });
  const baton = await workers.connect({ agents: [make, late], taskQueue, storage: { dir } });
  const run = await baton.start({
    name: 'spoil',
    tasks: { a: { agent: 'make', input: 300_000 }, b: { agent: 'late', input: '{% $tasks.a.output %}' } },
  });
  await expect.poll(async () => (await run.snapshot()).tasks['b']?.status, { timeout: 30_000 }).toBe('running');
  for (const name of await valuesIn(dir)) await writeFile(join(dir, name), 'spoilt');
  await workers.start({ agents: [late], taskQueues: [lateQueue], storage: { dir } });
  const { tasks } = await run.result();
  expect(tasks['b']!.failure).toMatchObject({
    type: 'ValueLost',
    message: expect.stringMatching(
      /^the stored value [0-9a-f]{64} \(\d+ bytes\) in .+ has been changed: expected that hash, got /,
    ) as string,
  });
});
