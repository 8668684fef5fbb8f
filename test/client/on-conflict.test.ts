// What a start does if a run of its id exists already, on a real server.
import { expect, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { StartOptions, StartedRun } from '../../src/client.js';
import { gate } from '../support/gate.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();

/** One call as the agent received it. */
interface Seen {
  readonly input: unknown;
  readonly key: string;
}

const plan = {
  name: 'one',
  tasks: { hold: { agent: 'hold', input: '{% $input %}', compensate: { agent: 'undo', input: '{% $input %}' } } },
  output: '{% $tasks.hold.output %}',
};

/** A worker whose agent `hold` waits until the gate of its input is open. */
async function useHold(taskQueue: string) {
  const seen: Seen[] = [];
  const undone: unknown[] = [];
  const gates = new Map<unknown, ReturnType<typeof gate>>();
  const gateOf = (input: unknown) => {
    if (!gates.has(input)) gates.set(input, gate());
    return gates.get(input)!;
  };
  const agents = [
    functionAgent({
      type: 'hold',
      run: async (input, { idempotencyKey, signal }) => {
        seen.push({ input, key: idempotencyKey });
        const aborted = new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('stopped'))),
        );
        await Promise.race([gateOf(input).opened, aborted]);
        return input;
      },
    }),
    functionAgent({ type: 'undo', run: (input) => ({ undone: undone.push(input) }) }),
  ];
  const worker = await workers.start({ agents, taskQueues: [taskQueue] });
  const baton = workers.baton(agents, taskQueue);
  const start = (id: string, input: string, onConflict?: StartOptions['onConflict']): Promise<StartedRun> =>
    baton.startOrFind(plan, { id, input, ...(onConflict === undefined ? {} : { onConflict }) });
  const inputs = () => seen.map(({ input }) => input);
  return { worker, agents, baton, start, seen, inputs, undone, open: (input: string) => gateOf(input).open(undefined) };
}

test('reject: a run of the id is refused while it runs and after it has ended, and nothing has started', async () => {
  const { start, open, inputs } = await useHold('reject');
  const { run } = await start('one', 'a', 'reject');
  await expect(start('one', 'a', 'reject')).rejects.toThrow(
    'run one exists already, and is in progress; use another id',
  );
  open('a');
  await run.result();
  await expect(start('one', 'a', 'reject')).rejects.toThrow('run one exists already, and has ended (completed)');
  expect(inputs()).toEqual(['a']);
});

test('an unknown policy is refused with a suggestion', async () => {
  const { start } = await useHold('unknown');
  await expect(start('x', 'a', 'replaced' as 'replace')).rejects.toThrow(
    'onConflict: expected attach, reject, queue, replace, got "replaced"; did you mean "replace"?',
  );
});

test('queue: runs of one id follow each other in the order of the calls, each with its own result and keys', async () => {
  const { start, open, inputs, seen, baton } = await useHold('queue');
  const a = await start('order', 'a', 'queue');
  const b = await start('order', 'b', 'queue');
  const c = await start('order', 'c', 'queue');
  expect([a, b, c].map(({ isNew, queued }) => [isNew, queued])).toEqual([
    [true, undefined],
    [true, { ahead: 0 }],
    [true, { ahead: 1 }],
  ]);
  await expect(b.run.describe()).rejects.toThrow('run order has not started: it is queued behind another run');
  expect((await baton.run('order').snapshot()).output).toBeNull();
  expect(await baton.waitingStarts('order')).toEqual([
    { ticket: expect.any(String) as string, policy: 'queue' },
    { ticket: expect.any(String) as string, policy: 'queue' },
  ]);
  expect(await baton.waitingStarts('no-such-run')).toEqual([]);
  for (const input of ['c', 'b', 'a']) open(input);
  const outputs = await Promise.all([a, b, c].map(async ({ run }) => (await run.result()).output));
  expect(outputs).toEqual(['a', 'b', 'c']);
  expect(inputs()).toEqual(['a', 'b', 'c']);
  const keys = seen.map(({ key }) => key);
  expect(keys[0]).toBe('order/hold');
  expect(keys.slice(1).every((key) => /^order#[0-9a-f]{8}\/hold$/.test(key))).toBe(true);
  expect(new Set(keys).size).toBe(3);
  // The id means the newest run, also for a start that attaches.
  expect((await baton.run('order').result()).output).toBe('c');
  expect((await start('order', 'c')).isNew).toBe(false);
  await expect(start('order', 'a')).rejects.toThrow('has another input');
});

test('queue: after a run that has ended, the next one just starts', async () => {
  const { start, open } = await useHold('after');
  open('a');
  open('b');
  await (await start('again', 'a')).run.result();
  const { run } = await start('again', 'b', 'queue');
  expect((await run.result()).output).toBe('b');
});

test('queue: outlives its client and its worker, and starts once', async () => {
  const { worker, start, open, agents } = await useHold('outlive');
  await start('kept', 'a');
  await start('kept', 'b', 'queue');
  await worker.stop();
  open('a');
  open('b');
  await workers.start({ agents, taskQueues: ['outlive'] });
  const baton = workers.baton(agents, 'outlive');
  await expect
    .poll(async () => (await baton.run('kept').result()).output, { interval: 500, timeout: 60_000 })
    .toBe('b');
  const query = "WorkflowType = 'orchestrate' AND WorkflowId = 'kept'";
  await expect.poll(async () => (await baton.client.workflow.count(query)).count).toBe(2);
});

test('queue: a start that is sent again under its ticket is carried out once', async () => {
  const { baton, open, inputs } = await useHold('ticket');
  const { prepareRun } = await import('../../src/client/prepare-run.js');
  const start = (input: string, ticket: string) =>
    baton.startPrepared(prepareRun(plan, input, {}), { id: 'once', onConflict: 'queue', ticket });
  await start('a', 't1');
  expect((await start('a', 't1')).isNew).toBe(false);
  const first = await start('b', 't2');
  const second = await start('b', 't2');
  open('a');
  open('b');
  await Promise.all([first.run.result(), second.run.result()]);
  const third = await start('b', 't2');
  expect((await third.run.result()).output).toBe('b');
  expect(inputs()).toEqual(['a', 'b']);
});

test('attach by id alone: finds the run whatever its input is', async () => {
  const { baton, start, open } = await useHold('by-id');
  const { prepareRun } = await import('../../src/client/prepare-run.js');
  open('a');
  await start('same', 'a');
  const found = await baton.startPrepared(prepareRun(plan, 'other', {}), { id: 'same', byIdAlone: true });
  expect([found.isNew, (await found.run.result()).output]).toEqual([false, 'a']);
});

test('replace: cancels the run with its undo, starts when it has ended, and comes before what is queued', async () => {
  const { start, open, inputs, undone } = await useHold('replace');
  const a = await start('re', 'a');
  await expect.poll(inputs).toEqual(['a']);
  const b = await start('re', 'b', 'queue');
  const c = await start('re', 'c', 'replace');
  expect((await a.run.result()).status).toBe('cancelled');
  expect(undone).toEqual(['a']);
  for (const input of ['b', 'c']) open(input);
  expect([(await c.run.result()).output, (await b.run.result()).output]).toEqual(['c', 'b']);
  expect(inputs()).toEqual(['a', 'c', 'b']);
});

test('replace: a later one supersedes an earlier one that has not started', async () => {
  const { agents } = await useHold('supersede');
  const held = gate();
  const slow = functionAgent({
    type: 'slow-undo',
    run: async () => {
      await held.opened;
      return null;
    },
  });
  const all = [...agents, slow];
  await workers.start({ agents: all, taskQueues: ['supersede-2'] });
  const baton = workers.baton(all, 'supersede-2');
  const undoing = {
    ...plan,
    tasks: { hold: { agent: 'hold', input: '{% $input %}', compensate: { agent: 'slow-undo' } } },
  };
  const start = (input: string, onConflict: StartOptions['onConflict'] = 'attach') =>
    baton.start(undoing, { id: 'twice', input, onConflict });
  const a = await start('a');
  await expect.poll(async () => (await a.snapshot()).tasks['hold']?.status).toBe('running');
  const b = await start('b', 'replace');
  const c = await start('c', 'replace');
  await expect(b.result()).rejects.toThrow('a later start with the policy replace has taken its place');
  held.open();
  expect((await a.result()).status).toBe('cancelled');
  await expect.poll(async () => (await c.snapshot()).tasks['hold']?.status).toBe('running');
  await c.cancel();
  expect((await c.result()).status).toBe('cancelled');
});

test('cancel: a queued run is withdrawn', async () => {
  const { start, open, inputs } = await useHold('withdraw');
  const a = await start('gone', 'a');
  const b = await start('gone', 'b', 'queue');
  await b.run.cancel();
  await expect(b.run.result()).rejects.toThrow('run gone was withdrawn before it started');
  open('a');
  expect((await a.run.result()).output).toBe('a');
  expect(inputs()).toEqual(['a']);
});

test('a fork says which run it was made of, although another has the id now', async () => {
  const { baton, start, open, inputs } = await useHold('fork');
  for (const input of ['a', 'b']) open(input);
  const a = await start('old', 'a');
  await a.run.result();
  const fork = await baton.rerun('old', { id: 'fork-of-a' });
  await (await start('old', 'b', 'queue')).run.result();
  expect((await fork.result()).output).toBe('a');
  const input = await baton.startOf('fork-of-a');
  expect(input.reuse?.runId).toMatch(/^[0-9a-f-]{36}$/);
  expect(inputs()).toEqual(['a', 'b']);
});
