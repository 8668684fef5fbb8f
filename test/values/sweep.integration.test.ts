// Sweeps of a storage that real runs have used.
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Baton } from '../../src/client.js';
import { sweepValues } from '../../src/client/sweep-values.js';
import { openValues } from '../../src/values.js';
import { storageDriver } from '../../src/values/storage/open.js';
import { gate } from '../support/gate.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();
const HOUR_MS = 3_600_000;
const LONG_AGO = new Date(Date.now() - 1_000 * HOUR_MS);
const make = functionAgent<string, string>({ type: 'make', run: (letter) => letter.repeat(300_000) });
let count = 0;

const valuesIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name)).sort();

async function age(directory: string): Promise<void> {
  for (const name of await valuesIn(directory)) await utimes(join(directory, name), LONG_AGO, LONG_AGO);
}

async function remove(baton: Baton, workflowId: string): Promise<void> {
  const { client } = baton;
  const execution = { workflowId };
  await client.workflowService.deleteWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: execution,
  });
  await expect
    .poll(
      () =>
        client.workflow
          .getHandle(workflowId)
          .describe()
          .then(
            () => 'there',
            () => 'gone',
          ),
      { timeout: 90_000 },
    )
    .toBe('gone');
}

async function setUp() {
  const dir = await mkdtemp(join(tmpdir(), 'baton-sweep-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const held = gate();
  const hold = functionAgent<string, string>({
    type: 'hold',
    run: async (text) => {
      await held.opened;
      return text;
    },
  });
  const agents = [make, hold];
  const taskQueue = `sweep-${++count}`;
  const settings = { agents, storage: { dir } };
  await workers.start({ ...settings, taskQueues: [taskQueue] });
  const baton = await workers.connect({ ...settings, taskQueue });
  const run = async (letter: string) => {
    const started = await baton.start({ name: 'make', tasks: { a: { agent: 'make', input: letter } } });
    await started.result();
    return started;
  };
  return { dir, baton, run, held };
}

test('sweep: values of deleted runs are removed, those of runs within retention stay', async () => {
  const { dir, baton, run } = await setUp();
  const [kept, deleted] = [await run('k'), await run('d')];
  await age(dir);
  const before = await valuesIn(dir);
  await remove(baton, deleted.id);
  const dry = await sweepValues(baton.client, { graceMs: HOUR_MS, dryRun: true });
  // The output of the task; the result of the run refers to it.
  expect(dry).toMatchObject({ removed: { values: 1 }, needed: { values: 1 }, recent: { values: 0 } });
  expect(await valuesIn(dir)).toEqual(before);
  const swept = await sweepValues(baton.client, { graceMs: HOUR_MS });
  expect(swept.removed).toEqual(dry.removed);
  expect(swept.removed.bytes).toBeGreaterThan(300_000);
  expect(await valuesIn(dir)).toHaveLength(1);
  expect((await kept.result()).tasks['a']!.output).toHaveLength(300_000);
});

test('sweep: a value that a running run may still read stays, however old it is', async () => {
  const { dir, baton, held } = await setUp();
  const started = await baton.start({
    name: 'hold',
    tasks: { a: { agent: 'make', input: 'r' }, b: { agent: 'hold', input: '{% $tasks.a.output %}' } },
    output: '{% $length($tasks.b.output) %}',
  });
  await expect.poll(async () => (await started.snapshot()).tasks['b']?.status, { timeout: 30_000 }).toBe('running');
  await age(dir);
  const swept = await sweepValues(baton.client, { graceMs: HOUR_MS });
  // The output of the one task; the request of the other refers to it.
  expect(swept.needed.values).toBe(1);
  expect(await valuesIn(dir)).toHaveLength(1);
  held.open();
  expect(await started.result()).toMatchObject({ status: 'completed', output: 300_000 });
});

test('sweep: a value that is not needed stays for the grace period, and several sweeps at the same time remove it once', async () => {
  const { dir, baton } = await setUp();
  await storeUnneeded(baton);
  expect(await sweepValues(baton.client, { graceMs: HOUR_MS })).toMatchObject({
    removed: { values: 0 },
    recent: { values: 1 },
  });
  await age(dir);
  const both = await Promise.all([1, 2].map(() => sweepValues(baton.client, { graceMs: HOUR_MS })));
  expect(both[0]!.removed.values + both[1]!.removed.values).toBe(1);
  expect(await valuesIn(dir)).toEqual([]);
});

test('sweep: values of another server in the same storage are not looked at', async () => {
  const { dir, baton, run } = await setUp();
  await run('o');
  await storeFromAnotherServer(dir);
  await age(dir);
  const names = await valuesIn(dir);
  const swept = await sweepValues(baton.client, { graceMs: HOUR_MS });
  expect(swept).toMatchObject({ removed: { values: 0 }, needed: { values: 1 } });
  expect(await valuesIn(dir)).toEqual(names);
});

const unneeded = { target: { kind: 'workflow', namespace: 'default' } } as const;

async function storeUnneeded({ client }: Baton): Promise<void> {
  await storageDriver(client.options.loadedDataConverter)!.store(unneeded, [{ metadata: {}, data: Buffer.alloc(9) }]);
}

/** Stores a value as a process does that is connected to a server with the same namespace. */
async function storeFromAnotherServer(dir: string): Promise<void> {
  const values = await openValues({ storage: { dir } }, { namespaceId: () => Promise.resolve('other') });
  await storageDriver(values)!.store(unneeded, [{ metadata: {}, data: Buffer.alloc(9) }]);
}

test('sweep: a client without storage is refused', async () => {
  const baton = await workers.connect({ storage: false });
  await expect(sweepValues(baton.client, { graceMs: HOUR_MS })).rejects.toThrow(
    'sweep: this client has no storage; set storage in the configuration',
  );
});
