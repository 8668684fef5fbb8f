import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { OnFailure, Plan, Task } from '../../src/domain/plan/plan.js';
import { gate, untilAborted } from '../support/gate.js';
import { useTimeSkipping, type TestAgents } from '../support/temporal.js';

const temporal = useTimeSkipping();

const agents: TestAgents = {
  undo: () => null,
  no: () => Promise.reject(new AgentError('no', { retryable: false })),
  deaf: (_, { signal }) => untilAborted(signal),
};
const undoable = (needs: string[] = [], more: Partial<Task> = {}): Task => ({
  agent: 'echo',
  needs,
  compensate: { agent: 'undo' },
  ...more,
});
const fails = (needs: string[]): Task => ({ agent: 'no', needs });

test('tasks are undone in reverse order of the DAG', async () => {
  const { said, result } = await temporal.start(
    {
      name: 'saga',
      tasks: {
        a: undoable(),
        b: undoable(['a']),
        c: { agent: 'echo', needs: ['b'] },
        d: undoable(['c']),
        e: fails(['d']),
      },
    },
    { agents, id: 'saga-1' },
  );
  const { status, failure, compensated, debt, tasks } = await result();
  expect(status).toBe('failed');
  expect(failure).toMatchObject({ type: 'TaskFailed', task: 'e' });
  expect([compensated, debt]).toEqual([['d', 'b', 'a'], []]);
  expect(said().slice(-3)).toEqual(['undo d', 'undo b', 'undo a']);
  expect(tasks['a']!.status).toBe('compensated');
  expect(tasks['c']!.status).toBe('succeeded');
});

test('independent tasks are undone at the same time', async () => {
  const both = gate();
  let waiting = 0;
  const { compensated } = await temporal.run(
    { name: 'saga', tasks: { a: undoable(), b: undoable(), c: fails(['a', 'b']) } },
    {
      agents: {
        ...agents,
        undo: () => {
          if (++waiting === 2) both.open();
          return both.opened;
        },
      },
    },
  );
  expect(compensated.toSorted()).toEqual(['a', 'b']);
});

test('a compensation reads the output, the input of the run and the item, and has its own key', async () => {
  const input = { was: '{% $output %}', of: '{% $input.order %}' };
  const itemInput = { ...input, item: '{% $item %}' };
  const { calls, result } = await temporal.start(
    {
      name: 'saga',
      tasks: {
        a: { agent: 'echo', input: 1, compensate: { agent: 'undo', input } },
        each: {
          agent: 'echo',
          forEach: { items: ['x', null] },
          input: '{% $index %}',
          compensate: { agent: 'undo', input: itemInput },
        },
        last: fails(['a', 'each']),
      },
    },
    { agents, input: { order: 7 }, id: 'saga-2' },
  );
  await result();
  const undone = calls.filter(({ agent }) => agent === 'undo').map(({ key, input }) => ({ key, input }));
  expect(undone.sort((one, other) => one.key.localeCompare(other.key))).toEqual([
    { key: 'saga-2/a:compensate', input: { was: 1, of: 7 } },
    { key: 'saga-2/each/0:compensate', input: { was: 0, of: 7, item: 'x' } },
    { key: 'saga-2/each/1:compensate', input: { was: 1, of: 7, item: null } },
  ]);
});

test('a compensation is retried; a task that cannot be undone is debt, and the others are still undone', async () => {
  const never: Task = { agent: 'echo', needs: ['b'], compensate: { agent: 'no' } };
  const { calls, result } = await temporal.start(
    {
      name: 'saga',
      tasks: {
        a: undoable(),
        b: undoable(['a'], { compensate: { agent: 'flaky', retry: { attempts: 5, initial: '1h', max: '3h' } } }),
        c: never,
        d: { agent: 'echo', needs: ['c'], compensate: { agent: 'undo', input: '{% $sum("x") %}' } },
        e: fails(['d']),
      },
    },
    { agents: { ...agents, flaky: (_, { attempt }) => (attempt < 3 ? Promise.reject(new Error('not yet')) : null) } },
  );
  const { compensated, debt, tasks } = await result();
  expect([compensated, debt]).toEqual([
    ['b', 'a'],
    ['d', 'c'],
  ]);
  expect(tasks['c']!.status).toBe('compensation-failed');
  expect(calls.filter(({ agent }) => agent === 'flaky')).toHaveLength(3);
});

test('a call whose outcome is unknown is undone like a success', async () => {
  const { compensated, tasks } = await temporal.run(
    { name: 'saga', tasks: { a: undoable([], { agent: 'deaf', timeout: '50ms', retry: { attempts: 1 } }) } },
    { agents },
  );
  expect(compensated).toEqual(['a']);
  expect(tasks['a']).toMatchObject({ status: 'compensated', failure: { type: 'Timeout' } });
});

test('a call that may have worked is undone if its fallback fails', async () => {
  const a = undoable([], { agent: 'deaf', timeout: '50ms', retry: { attempts: 1 }, fallback: { agent: 'no' } });
  expect(await temporal.run({ name: 'saga', tasks: { a } }, { agents })).toMatchObject({ compensated: ['a'] });
});

test('items that succeeded are undone when their forEach fails', async () => {
  const each: Task = undoable([], {
    agent: 'odd',
    forEach: { items: [1, 2, 3], concurrency: 1 },
    input: '{% $item %}',
  });
  const { said, result } = await temporal.start(
    { name: 'saga', tasks: { each } },
    { agents: { ...agents, odd: (n) => (n === 3 ? Promise.reject(new AgentError('3', { retryable: false })) : n) } },
  );
  const { compensated, tasks } = await result();
  expect(compensated).toEqual(['each']);
  expect(tasks['each']!.status).toBe('failed');
  expect(said().slice(-2).sort()).toEqual(['undo each[0]', 'undo each[1]']);
});

test('items are undone with the values that the forEach ran with, even if evaluating them again gives others', async () => {
  const late = gate();
  const { calls, result } = await temporal.start(
    {
      name: 'saga',
      tasks: {
        quick: { agent: 'echo', input: 'quick' },
        slow: { agent: 'slow' },
        each: {
          agent: 'undoes',
          join: 'any-succeeded',
          forEach: { items: '{% [$tasks.slow.output, $tasks.quick.output] %}' },
          input: '{% $item %}',
          compensate: { agent: 'undo', input: '{% $item %}' },
        },
        last: fails(['slow', 'each']),
      },
    },
    {
      agents: {
        ...agents,
        slow: () => late.opened.then(() => 'slow'),
        undoes: () => late.open(),
      },
    },
  );
  await result();
  expect(calls.filter(({ agent }) => agent === 'undo').map(({ input }) => input)).toEqual(['quick']);
});

describe('a run that fails with onFailure', () => {
  const plan = (onFailure: OnFailure): Plan => ({
    name: 'policy',
    onFailure,
    tasks: {
      done: undoable(),
      bad: fails(['done']),
      running: { agent: 'waits', needs: ['done'], heartbeat: '600ms' },
      after: { agent: 'echo', needs: ['running'] },
    },
  });
  const play = (onFailure: OnFailure) => {
    const begun = gate();
    return temporal.run(plan(onFailure), {
      agents: {
        ...agents,
        no: () => begun.opened.then(() => Promise.reject(new AgentError('no', { retryable: false }))),
        waits: async (_, { signal }) => {
          begun.open();
          if (onFailure !== 'continue') await untilAborted(signal);
          return 'done';
        },
      },
    });
  };

  test('onFailure compensate cancels running calls and undoes the work', async () => {
    const { status, compensated, tasks } = await play('compensate');
    expect([status, compensated]).toEqual(['failed', ['done']]);
    expect(tasks['running']).toMatchObject({ status: 'unknown', failure: { type: 'Cancelled' } });
    expect(tasks['after']).toMatchObject({ status: 'skipped', skip: { cause: 'failure', because: 'bad' } });
  });

  test('onFailure stop cancels running calls and undoes nothing', async () => {
    const { status, compensated, tasks } = await play('stop');
    expect([status, compensated]).toEqual(['failed', []]);
    expect([tasks['running']!.status, tasks['done']!.status]).toEqual(['unknown', 'succeeded']);
  });

  test('onFailure continue runs all tasks that still can run', async () => {
    const { status, failure, compensated, tasks } = await play('continue');
    expect([status, compensated]).toEqual(['failed', []]);
    expect(failure).toMatchObject({ task: 'bad' });
    expect([tasks['running']!.status, tasks['after']!.status]).toEqual(['succeeded', 'succeeded']);
  });
});

test('an output that cannot be evaluated fails the run, which undoes its work', async () => {
  const { status, failure, compensated, output } = await temporal.run(
    { name: 'output', tasks: { a: undoable() }, output: '{% $sum("x") %}' },
    { agents },
  );
  expect([status, compensated, output]).toEqual(['failed', ['a'], null]);
  expect(failure!.type).toBe('OutputFailed');
  expect(failure!.message).toMatch(/^output: /);
});
