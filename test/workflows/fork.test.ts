// What a fork takes over from an old run, and what it does anew; seen from the calls that its agents got.
import { expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { originText } from '../../src/domain/run/origin.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { useDevServer, type TestAgents, type TestRun } from '../support/temporal.js';

const temporal = useDevServer({ searchable: true });

const refuses = () => Promise.reject(new AgentError('no', { retryable: false }));

/** An old run, and how it ended. */
async function done(plan: Plan, options: Parameters<typeof temporal.start>[1] = {}): Promise<TestRun> {
  const run = await temporal.start(plan, options);
  await run.result();
  return run;
}

/** 40 chains of five tasks: t0 → t1 → … → t4, t5 → … */
const chains = (of: (index: number) => unknown): Plan => ({
  name: 'chains',
  tasks: Object.fromEntries(
    Array.from({ length: 200 }, (_, index): [string, Task] => [
      `t${index}`,
      {
        agent: 'echo',
        input: index % 5 === 0 ? of(index) : `{% $tasks.t${index - 1}.output & '.' %}`,
      },
    ]),
  ),
});

test('a fork of 200 tasks with one edit runs the edited task and those downstream, and reuses the others', async () => {
  const plan = chains((index) => `${index}`);
  const old = await done(plan);
  expect(old.calls).toHaveLength(200);
  const edited: Plan = {
    ...plan,
    tasks: { ...plan.tasks, t102: { agent: 'echo', input: '{% $tasks.t101.output & "!" %}' } },
  };
  const fork = await temporal.start(edited, { forkOf: { run: old.id } });
  const result = await fork.result();
  expect(result).toMatchObject({ status: 'completed', forkOf: old.id, usage: { calls: 3 } });
  expect(originText(result)).toBe('reused 197, ran 3');
  expect(fork.said()).toEqual(['echo t102', 'echo t103', 'echo t104']);
  expect(result.tasks['t104']!.output).toBe('100.!..');
  expect(result.tasks['t101']).toMatchObject({ output: '100.', attempts: 0, reused: old.id });
  expect(result.tasks['t103']).not.toHaveProperty('reused');
});

test('a task whose output did not change does not make its dependents run again', async () => {
  const plan: Plan = {
    name: 'cutoff',
    tasks: {
      parity: { agent: 'parity', input: '{% $input.n %}' },
      say: { agent: 'echo', input: '{% $tasks.parity.output %}' },
      other: { agent: 'echo', input: '{% $input.other %}' },
    },
  };
  const agents: TestAgents = { parity: (n) => (Number(n) % 2 === 0 ? 'even' : 'odd') };
  const old = await done(plan, { agents, input: { n: 2, other: 1 } });
  const fork = await temporal.start(plan, { agents, input: { n: 4, other: 1 }, forkOf: { run: old.id } });
  expect(originText(await fork.result())).toBe('reused 2, ran 1');
  expect(fork.said()).toEqual(['parity parity']);
});

test('a task runs again if the version of its agent has changed', async () => {
  const plan: Plan = { name: 'versions', tasks: { a: { agent: 'wise' }, b: { agent: 'echo' } } };
  const wise = (version: string) => ({ wise: { version, run: () => version } });
  const old = await done(plan, { agents: wise('1') });
  const same = await temporal.start(plan, { agents: wise('1'), forkOf: { run: old.id } });
  expect(originText(await same.result())).toBe('reused 2, ran 0');
  const other = await temporal.start(plan, { agents: wise('2'), forkOf: { run: same.id } });
  const { tasks } = await other.result();
  expect([tasks['a']!.output, tasks['b']!.reused]).toEqual(['2', same.id]);
  expect([...same.said(), ...other.said()]).toEqual(['wise a']);
});

test('a task runs again if a need that it does not read has run again', async () => {
  const tasks = (edited: string): Plan['tasks'] => ({
    first: { agent: 'echo', input: edited },
    reads: { agent: 'echo', input: '{% $count($tasks.first.output) %}', needs: ['first'] },
    waits: { agent: 'echo', needs: ['first'] },
    after: { agent: 'echo', needs: ['waits'] },
    sub: { plan: { name: 'inner', tasks: { b: { agent: 'echo' } } }, needs: ['waits'] },
    beside: { agent: 'echo' },
    last: { agent: 'echo', needs: ['beside', 'reads'] },
  });
  const old = await done({ name: 'unread', tasks: tasks('one') });
  const fork = await temporal.start({ name: 'unread', tasks: tasks('other') }, { forkOf: { run: old.id } });
  expect(originText(await fork.result())).toBe('reused 3, ran 4');
  expect(fork.said().sort()).toEqual(['echo after', 'echo b', 'echo first', 'echo waits']);
});

test('tasks named in from run again with all that depend on them, even if nothing has changed', async () => {
  const plan = chains((index) => `${index}`);
  const old = await done(plan);
  const fork = await temporal.start(plan, { forkOf: { run: old.id, from: ['t3', 't11'] } });
  expect(originText(await fork.result())).toBe('reused 194, ran 6');
  expect(fork.said().sort()).toEqual(['t11', 't12', 't13', 't14', 't3', 't4'].map((id) => `echo ${id}`));
});

test('items that have moved are reused, and only new items are called', async () => {
  const plan: Plan = {
    name: 'items',
    tasks: { each: { agent: 'echo', forEach: { items: '{% $input %}' }, input: { of: '{% $item %}' } } },
    output: '{% $tasks.each.output.of %}',
  };
  const old = await done(plan, { input: ['a', 'b', 'c'] });
  const fork = await temporal.start(plan, { input: ['a', 'x', 'b', 'y', 'c'], forkOf: { run: old.id } });
  const result = await fork.result();
  expect(result.output).toEqual(['a', 'x', 'b', 'y', 'c']);
  expect(fork.said()).toEqual(['echo each[1]', 'echo each[3]']);
  expect(result.tasks['each']!.items).toEqual({ total: 5, succeeded: 5, failed: 0, reused: 3 });
  expect(originText(result)).toBe('reused 0, ran 1');
  const again = await temporal.start(plan, { input: ['c', 'a'], forkOf: { run: fork.id } });
  expect(originText(await again.result())).toBe('reused 1, ran 0');
});

const inner: Plan = {
  name: 'inner',
  tasks: {
    fixed: { agent: 'echo', input: 'fixed' },
    given: { agent: 'echo', input: '{% $input.of %}' },
    deeper: { plan: { name: 'deeper', tasks: { last: { agent: 'echo', input: '{% $input %}' } } }, input: 'deep' },
  },
  output: '{% $tasks.given.output %}',
};

test('a sub-plan reuses its old calls at any depth, also those of another item', async () => {
  const plan: Plan = {
    name: 'outer',
    tasks: {
      one: { plan: inner, input: { of: '{% $input.one %}' } },
      each: { plan: inner, forEach: { items: '{% $input.each %}' }, input: { of: '{% $item %}' } },
    },
  };
  const old = await done(plan, { input: { one: 1, each: ['a', 'b'] } });
  expect(old.calls).toHaveLength(9);
  const fork = await temporal.start(plan, { input: { one: 2, each: ['x', 'b', 'a'] }, forkOf: { run: old.id } });
  const result = await fork.result();
  expect(fork.said().sort()).toEqual(['echo given', 'echo given']);
  expect(fork.calls.map(({ input }) => input).sort()).toEqual([2, 'x']);
  expect(result.tasks['each']!.items).toMatchObject({ total: 3, reused: 2 });
  const same = await temporal.start(plan, { input: { one: 2, each: ['x', 'b', 'a'] }, forkOf: { run: fork.id } });
  expect(originText(await same.result())).toBe('reused 2, ran 0');
  const anew = await temporal.start(plan, {
    input: { one: 2, each: ['x', 'b', 'a'] },
    forkOf: { run: fork.id, from: ['one'] },
  });
  expect(originText(await anew.result())).toBe('reused 1, ran 1');
  expect(anew.calls.map(({ key }) => key).sort()).toEqual(
    ['deeper/last', 'fixed', 'given'].map((call) => `${anew.id}/one/${call}`),
  );
});

test('a fork of a re-planned run reuses the calls in the sub-plan of a task that the re-planning added', async () => {
  const read: Task = { agent: 'echo', input: 'read' };
  const sub: Task = { needs: ['read'], plan: { name: 'sub', tasks: { x: { agent: 'echo', input: 'x' } } } };
  const agents: TestAgents = { no: refuses, planner: () => ({ tasks: { sub } }) };
  const tasks = { read, scan: { agent: 'no', needs: ['read'] } };
  const old = await done({ name: 'replanned', onFailure: 'replan', replan: { planner: 'planner' }, tasks }, { agents });
  expect(old.said()).toEqual(['echo read', 'no scan', 'planner replan-1', 'echo x']);
  const fork = await temporal.start({ name: 'replanned', tasks: { read, sub } }, { agents, forkOf: { run: old.id } });
  expect(originText(await fork.result())).toBe('reused 2, ran 0');
  expect(fork.said()).toEqual([]);
});

test('a planner is not called again, and its plan reuses the old calls', async () => {
  const plan: Plan = {
    name: 'planned',
    tasks: {
      solve: {
        decompose: { goal: 'do it', planner: 'planner', agents: ['echo'], aggregate: { agent: 'sum' } },
        input: { n: 1 },
      },
    },
    output: '{% $tasks.solve.output %}',
  };
  const agents: TestAgents = {
    planner: () => ({ name: 'made', tasks: { a: { agent: 'echo', input: 7 } }, output: '{% $tasks.a.output %}' }),
    sum: (value) => value,
  };
  const old = await done(plan, { agents });
  expect(old.said()).toEqual(['planner solve', 'echo a', 'sum solve']);
  const fork = await temporal.start(plan, { agents, forkOf: { run: old.id } });
  const result = await fork.result();
  expect(fork.said()).toEqual([]);
  expect(result).toMatchObject({ output: { goal: 'do it', output: 7 }, usage: { calls: 0 } });
  expect(originText(result)).toBe('reused 1, ran 0');
});

test('a fork of a failed run continues with the task that failed', async () => {
  const plan: Plan = {
    name: 'mended',
    onFailure: 'stop',
    tasks: {
      before: { agent: 'echo' },
      broken: { agent: 'broken', needs: ['before'], fallback: { agent: 'broken' } },
      after: { agent: 'echo', needs: ['broken'] },
    },
  };
  const old = await done(plan, { agents: { broken: refuses } });
  const fork = await temporal.start(plan, { agents: { broken: () => 'well' }, forkOf: { run: old.id } });
  expect(originText(await fork.result())).toBe('reused 1, ran 2');
  expect(fork.said()).toEqual(['broken broken', 'echo after']);
});

test('a fork reuses the answer of a fallback until the agent answers', async () => {
  const plan: Plan = { name: 'spare', tasks: { a: { agent: 'weak', fallback: { agent: 'echo', input: 'spare' } } } };
  const old = await done(plan, { agents: { weak: refuses } });
  const still = await temporal.start(plan, { agents: { weak: refuses }, forkOf: { run: old.id } });
  expect((await still.result()).tasks['a']).toMatchObject({ output: 'spare', agent: 'echo' });
  expect(still.said()).toEqual(['weak a']);
  const strong = await temporal.start(plan, { agents: { weak: () => 'own' }, forkOf: { run: old.id } });
  expect((await strong.result()).tasks['a']).toMatchObject({ output: 'own', agent: 'weak' });
});

test('tasks that the old run has undone run again', async () => {
  const hotel: Plan = {
    name: 'hotel',
    tasks: { room: { agent: 'echo', compensate: { agent: 'undo' } }, look: { agent: 'echo', input: 'look' } },
  };
  const plan: Plan = {
    name: 'saga',
    tasks: {
      look: { agent: 'echo' },
      flight: { agent: 'echo', compensate: { agent: 'undo' } },
      hotel: { plan: hotel },
      seats: { agent: 'echo', forEach: { items: [1, 2] }, input: '{% $item %}', compensate: { agent: 'undo' } },
      car: { agent: 'car', needs: ['look', 'flight', 'hotel', 'seats'] },
    },
  };
  const undo = () => null;
  const old = await done(plan, { agents: { car: refuses, undo } });
  const fork = await temporal.start(plan, { agents: { car: () => 'car', undo }, forkOf: { run: old.id } });
  const result = await fork.result();
  expect(result.status).toBe('completed');
  expect(fork.said().sort()).toEqual(['car car', 'echo flight', 'echo room', 'echo seats[0]', 'echo seats[1]']);
  expect(result.tasks['look']!.reused).toBe(old.id);
});

test('reused tasks are not undone when the fork fails', async () => {
  const undoable: Task = { agent: 'echo', compensate: { agent: 'undo' } };
  const plan: Plan = {
    name: 'not-ours',
    tasks: {
      old: undoable,
      each: { ...undoable, forEach: { items: '{% $input.items %}' }, input: '{% $item %}' },
      sub: { plan: { name: 'sub', tasks: { a: undoable } }, compensate: { agent: 'undo' } },
      fresh: { ...undoable, input: '{% $input.n %}' },
      last: { agent: 'last', needs: ['old', 'each', 'sub', 'fresh'] },
    },
  };
  const undo = () => null;
  const first = await done(plan, { agents: { last: () => 1, undo }, input: { n: 1, items: ['a'] } });
  const fork = await temporal.start(plan, {
    agents: { last: { version: '2', run: refuses }, undo },
    input: { n: 2, items: ['a', 'b'] },
    forkOf: { run: first.id },
  });
  const result = await fork.result();
  expect(result.status).toBe('failed');
  expect(
    fork
      .said()
      .filter((call) => call.startsWith('undo'))
      .sort(),
  ).toEqual(['undo each[1]', 'undo fresh']);
  expect(result.compensated.sort()).toEqual(['each', 'fresh']);
});

test('reused tasks spend nothing of the budget', async () => {
  const tasks = Object.fromEntries(['a', 'b', 'c', 'd'].map((id): [string, Task] => [id, { agent: 'echo' }]));
  const old = await done({ name: 'spends', tasks });
  const forkOf = { run: old.id, from: ['d'] };
  const fork = await temporal.start({ name: 'spends', tasks }, { budget: { calls: 1 }, forkOf });
  expect(await fork.result()).toMatchObject({ status: 'completed', budget: { spent: { calls: 1 } } });
});

test('a run in progress can be forked', async () => {
  const plan: Plan = {
    name: 'open',
    tasks: {
      a: { agent: 'echo' },
      ok: { approve: { title: 'ok?' }, needs: ['a'] },
      b: { agent: 'echo', needs: ['ok'] },
    },
  };
  const old = await temporal.start(plan);
  await expect.poll(async () => (await old.run.snapshot()).tasks['ok']!.status).toBe('running');
  const fork = await temporal.start(plan, { forkOf: { run: old.id } });
  await expect.poll(async () => (await fork.run.snapshot()).tasks['ok']!.status).toBe('running');
  await Promise.all([fork, old].map(({ run }) => run.approve('ok')));
  expect(originText(await fork.result())).toBe('reused 1, ran 2');
  await old.result();
});
