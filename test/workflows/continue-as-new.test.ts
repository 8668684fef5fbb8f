// What a run carries over when its history is cut: here after every few dozen events.
import { describe, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { gate } from '../support/gate.js';
import { historiesOf } from '../support/histories.js';
import { useDevServer, type TestAgents } from '../support/temporal.js';

const temporal = useDevServer({ searchable: true, dynamicConfig: ['limit.historyCount.suggestContinueAsNew=40'] });

const agents: TestAgents = {
  undo: () => null,
  no: () => Promise.reject(new AgentError('no', { retryable: false })),
};

const chainIds = Array.from({ length: 30 }, (_, index) => `c${index}`);
const chain = (task: Partial<Task> = {}): Plan['tasks'] =>
  Object.fromEntries(
    chainIds.map((id, index) => [id, { agent: 'echo', needs: index === 0 ? [] : [`c${index - 1}`], ...task }]),
  );
const END = chainIds.at(-1)!;

/** An event that no task takes: only the signal of older clients can send it. */
const noise = (id: string) => temporal.env.client.workflow.getHandle(id).signal('deliverEvent', { name: 'noise' });

test.concurrent(
  'waits, approvals, events that no task has taken, and sub-plans survive continue-as-new',
  async ({ expect }) => {
    const inner = (depth: number): Plan => ({
      name: `level${depth}`,
      tasks: {
        ...chain(),
        ok: { approve: { title: 'ok?' } },
        ...(depth === 0 ? {} : { sub: { plan: inner(depth - 1) } }),
      },
    });
    const { id, run, result } = await temporal.start({
      name: 'mix',
      tasks: {
        ...chain(),
        nap: { wait: '2s' },
        ok: { approve: { title: 'ok?', timeout: '1d' } },
        late: { event: 'late', needs: [END] },
        asked: { event: 'asked' },
        sub: { plan: inner(1), needs: ['c3'] },
      },
    });
    await run.deliverEvent('late', 'kept');
    for (const sub of [`${id}/sub`, `${id}/sub/sub`]) {
      const child = temporal.env.client.workflow.getHandle(sub);
      const approval = { task: 'ok', decision: 'approve' };
      // It is refused until the sub-plan is there, and waits for it.
      const approve = () => child.executeUpdate<void, [unknown]>('approve', { args: [approval] }).then(() => true);
      await expect.poll(() => approve().catch(() => false)).toBe(true);
    }
    await expect.poll(async () => (await run.snapshot()).tasks[END]!.status).toBe('succeeded');
    await run.approve('ok', { by: 'ann' });
    await run.deliverEvent('asked', 'answered');
    const { status, tasks, usage } = await result();
    expect(status).toBe('completed');
    expect(tasks['ok']!.output).toMatchObject({ by: 'ann' });
    expect([tasks['late']!.output, tasks['asked']!.output]).toEqual(['kept', 'answered']);
    expect(Date.parse(tasks['nap']!.endedAt!) - Date.parse(tasks['nap']!.startedAt!)).toBeGreaterThanOrEqual(2000);
    expect(usage.calls).toBe(90);
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(2);
  },
);

test.concurrent('an event that comes during continue-as-new is not lost', async ({ expect }) => {
  const count = 60;
  const tasks = Object.fromEntries(
    Array.from({ length: count }, (_, index): [string, Task] => [
      `e${index}`,
      { event: 'go', needs: index === 0 ? [] : [`e${index - 1}`] },
    ]),
  );
  const { id, run, result } = await temporal.start({ name: 'events', tasks });
  for (let index = 0; index < count; index++) await run.deliverEvent('go', index);
  const { status, tasks: ended } = await result();
  expect(status).toBe('completed');
  expect(Object.values(ended).map(({ output }) => output)).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
});

test.concurrent('an approval that comes during continue-as-new is not lost', async ({ expect }) => {
  const count = 30;
  const tasks = Object.fromEntries(
    Array.from({ length: count }, (_, index): [string, Task] => [`a${index}`, { approve: { title: 'ok?' } }]),
  );
  const { id, run, result } = await temporal.start({ name: 'approvals', tasks });
  for (const task of Object.keys(tasks)) {
    // The event wakes the run in the same moment.
    await Promise.all([run.approve(task), noise(id)]);
  }
  expect((await result()).status).toBe('completed');
  expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
});

test.concurrent('undoing continues after continue-as-new, each task once, in order', async ({ expect }) => {
  const { id, calls, result } = await temporal.start(
    { name: 'saga', tasks: { ...chain({ compensate: { agent: 'undo' } }), bad: { agent: 'no', needs: [END] } } },
    { agents },
  );
  const { status, compensated, debt } = await result();
  expect([status, debt]).toEqual(['failed', []]);
  expect(compensated).toEqual(chainIds.toReversed());
  expect(calls.filter(({ agent }) => agent === 'undo').map(({ task }) => task)).toEqual(chainIds.toReversed());
  expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(3);
});

test.concurrent('a sub-plan that has continued as new several times is undone', async ({ expect }) => {
  const inner: Plan = { name: 'inner', tasks: chain({ compensate: { agent: 'undo', input: '{% $input.x %}' } }) };
  const { calls, result } = await temporal.start(
    { name: 'outer', tasks: { sub: { plan: inner, input: { x: 7 } }, bad: { agent: 'no', needs: ['sub'] } } },
    { agents, id: 'outer' },
  );
  const { compensated, usage } = await result();
  expect(compensated).toEqual(['sub']);
  const undone = calls.filter(({ agent }) => agent === 'undo');
  expect(undone.map(({ key }) => key)).toEqual(chainIds.toReversed().map((id) => `outer/sub/${id}:compensate`));
  expect(new Set(undone.map(({ input }) => input))).toEqual(new Set([7]));
  expect(usage.calls).toBe(61);
});

test.concurrent(
  'a run that is cancelled after continue-as-new undoes everything and is cancelled in Temporal',
  async ({ expect }) => {
    const { id, run, result } = await temporal.start(
      { name: 'cancelled', tasks: { ...chain({ compensate: { agent: 'undo' } }), ok: { approve: { title: 'ok?' } } } },
      { agents },
    );
    await expect.poll(async () => (await run.snapshot()).tasks[END]!.status).toBe('succeeded');
    await run.cancel();
    const { status, compensated } = await result();
    expect([status, compensated]).toEqual(['cancelled', chainIds.toReversed()]);
    expect((await run.describe()).status.name).toBe('CANCELLED');
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
  },
);

test.concurrent('a paused run stays paused after continue-as-new', async ({ expect }) => {
  const begun = gate();
  const { id, run, result, calls } = await temporal.start(
    { name: 'paused', tasks: { ...chain(), w: { event: 'w' }, last: { agent: 'opens', needs: [END, 'w'] } } },
    { agents: { opens: () => begun.open() } },
  );
  await expect.poll(async () => (await run.snapshot()).tasks[END]!.status).toBe('succeeded');
  await run.pause();
  for (let index = 0; index < 30; index++) await noise(id);
  await run.deliverEvent('w');
  await expect.poll(async () => (await run.snapshot()).tasks['w']!.status).toBe('succeeded');
  expect((await run.snapshot()).status).toBe('paused');
  expect(calls).toHaveLength(chainIds.length);
  await run.resume();
  await begun.opened;
  expect((await result()).status).toBe('completed');
  expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(2);
});

test.concurrent('a budget keeps what was spent and learned after continue-as-new', async ({ expect }) => {
  const { id, run, result } = await temporal.start(
    { name: 'spent', tasks: { ...chain({ agent: 'paid' }), last: { agent: 'paid', needs: [END] } } },
    { agents: { paid: (_, { usage }) => usage({ tokens: 10 }) }, budget: { tokens: 305, duration: '1h' } },
  );
  await expect.poll(async () => (await run.snapshot()).pausedBecause).toBe('budget-exceeded');
  expect((await run.snapshot()).budget).toMatchObject({ spent: { calls: 30, tokens: 300 }, reserved: { tokens: 0 } });
  expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
  await run.raiseBudget({ tokens: 5 });
  expect(await result()).toMatchObject({
    status: 'completed',
    budget: { limits: { tokens: 310 }, spent: { tokens: 310 } },
  });
});

describe.concurrent('a forEach', () => {
  test('a forEach continues after continue-as-new, each item called once, and keeps failed items', async ({
    expect,
  }) => {
    const items = Array.from({ length: 60 }, (_, index) => index);
    const { id, calls, result } = await temporal.start(
      {
        name: 'items',
        tasks: { each: { agent: 'most', forEach: { items, concurrency: 7, tolerate: 6 }, input: '{% $item %}' } },
      },
      {
        agents: { most: (n) => (Number(n) % 10 === 3 ? Promise.reject(new AgentError('3', { retryable: false })) : n) },
      },
    );
    const { tasks } = await result();
    expect(tasks['each']!.output).toEqual(items.map((n) => (n % 10 === 3 ? null : n)));
    expect(tasks['each']!.failures).toHaveLength(6);
    expect(new Set(calls.map(({ key }) => key)).size).toBe(60);
    expect(calls).toHaveLength(60);
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(2);
  });

  test('a forEach keeps its items after continue-as-new, even if evaluating them again gives others', async ({
    expect,
  }) => {
    const late = gate();
    const { calls, result } = await temporal.start(
      {
        name: 'early',
        tasks: {
          quick: { agent: 'echo', input: Array.from({ length: 40 }, (_, index) => `q${index}`) },
          slow: { agent: 'slow' },
          each: {
            agent: 'see',
            join: 'any-succeeded',
            forEach: { items: '{% $append($tasks.slow.output, $tasks.quick.output) %}', concurrency: 4 },
            input: '{% $item %}',
          },
        },
      },
      {
        agents: {
          slow: () => late.opened.then(() => ['late']),
          see: (item) => {
            if (item === 'q3') late.open();
            return item;
          },
        },
      },
    );
    expect((await result()).tasks['each']!.output).toEqual(Array.from({ length: 40 }, (_, index) => `q${index}`));
    expect(calls.filter(({ agent }) => agent === 'see')).toHaveLength(40);
  });
});

test.concurrent('a run keeps its search attributes and its start time after continue-as-new', async ({ expect }) => {
  const { id, run, result } = await temporal.start({
    name: 'kept',
    tasks: { ...chain(), last: { agent: 'echo', input: '{% $run.startedAt %}', needs: [END] } },
  });
  const { tasks } = await result();
  expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
  expect(Date.parse(String(tasks['last']!.output))).toBeLessThanOrEqual(Date.parse(tasks['c0']!.startedAt!));
  const { typedSearchAttributes } = await run.describe();
  const attributes = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
  expect(Object.fromEntries(attributes)).toMatchObject({ BatonPlan: 'kept', BatonStatus: 'started' });
});

test.concurrent('a fork reads all histories of a run, and what was undone in them', async ({ expect }) => {
  const plan = (task: Partial<Task>): Plan => ({
    name: 'long',
    tasks: {
      ...chain(),
      sub: { plan: { name: 'inner', tasks: chain(task) } },
      bad: { agent: 'no', needs: [END, 'sub'] },
    },
  });
  for (const [task, again] of [
    [{}, 0],
    [{ compensate: { agent: 'undo' } }, chainIds.length],
  ] as const) {
    const old = await temporal.start(plan(task), { agents });
    expect((await old.result()).status).toBe('failed');
    expect(await historiesOf(temporal.env.client, old.id)).toBeGreaterThan(2);
    const mended: TestAgents = { ...agents, no: () => 'yes' };
    const fork = await temporal.start(plan(task), { agents: mended, forkOf: { run: old.id } });
    expect((await fork.result()).status).toBe('completed');
    expect(fork.calls.filter(({ agent }) => agent === 'echo')).toHaveLength(again);
  }
});
