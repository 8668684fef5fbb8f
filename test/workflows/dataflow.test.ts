import { describe, expect, test } from 'vitest';
import type { Join, Task } from '../../src/domain/plan/plan.js';
import { gate } from '../support/gate.js';
import { useTimeSkipping, type TestAgents } from '../support/temporal.js';

const temporal = useTimeSkipping();

const no: TestAgents = {
  no: () => {
    throw new Error('no');
  },
};
const failing: Task = { agent: 'no', retry: { attempts: 1 } };

test('a slow branch does not delay another branch', async () => {
  const end = gate();
  const { said, result, calls } = await temporal.start(
    {
      name: 'branches',
      tasks: {
        slow: { agent: 'slow' },
        a: { agent: 'echo', input: 1 },
        b: { agent: 'echo', input: '{% $tasks.a.output + 1 %}' },
        c: { agent: 'last', input: '{% $tasks.b.output + 1 %}' },
        all: { agent: 'echo', input: '{% [$tasks.slow.output, $tasks.c.output] %}' },
      },
      output: '{% $tasks.all.output %}',
    },
    {
      agents: {
        slow: () => end.opened.then(() => 'slow'),
        last: (input) => {
          end.open();
          return input;
        },
      },
    },
  );
  expect(await result()).toMatchObject({ status: 'completed', output: ['slow', 3] });
  expect(said().sort()).toEqual(['echo a', 'echo all', 'echo b', 'last c', 'slow slow']);
  expect(calls.at(-1)).toMatchObject({ task: 'all', input: ['slow', 3] });
});

describe('a join', () => {
  type End = 'succeeds' | 'fails' | 'is passed over';
  const need: Record<End, Task> = {
    succeeds: { agent: 'echo' },
    fails: failing,
    'is passed over': { agent: 'echo', when: '{% false %}' },
  };
  const cases: [Join, readonly End[], string][] = [
    ['all-succeeded', ['succeeds', 'succeeds'], 'succeeded'],
    ['all-succeeded', ['succeeds', 'is passed over'], 'skipped by condition'],
    ['all-succeeded', ['succeeds', 'fails'], 'skipped by failure'],
    ['none-failed', ['succeeds', 'is passed over'], 'succeeded'],
    ['none-failed', ['is passed over', 'fails'], 'skipped by failure'],
    ['all-done', ['is passed over', 'fails'], 'succeeded'],
    ['any-succeeded', ['fails', 'succeeds'], 'succeeded'],
    ['any-succeeded', ['is passed over', 'is passed over'], 'skipped by condition'],
    ['any-succeeded', ['fails', 'is passed over'], 'skipped by failure'],
    ['any-failed', ['succeeds', 'fails'], 'succeeded'],
    ['any-failed', ['succeeds', 'succeeds'], 'skipped by condition'],
    [{ atLeast: 2 }, ['succeeds', 'fails', 'succeeds'], 'succeeded'],
    [{ atLeast: 2 }, ['succeeds', 'fails', 'is passed over'], 'skipped by failure'],
  ];
  test.each(cases)('join %j: a task whose needs end %j ends %s', async (join, ends, expected) => {
    const needs = Object.fromEntries(ends.map((end, index) => [`n${index}`, need[end]]));
    const { tasks } = await temporal.run(
      {
        name: 'join',
        onFailure: 'continue',
        tasks: { ...needs, it: { agent: 'echo', needs: Object.keys(needs), join } },
      },
      { agents: no },
    );
    const { status, skip } = tasks['it']!;
    expect(skip === null ? status : `${status} by ${skip.cause}`).toBe(expected);
  });

  test('join any-succeeded: a task starts with the first success, while other needs still run', async () => {
    const end = gate();
    const { status, tasks } = await temporal.run(
      {
        name: 'race',
        tasks: {
          slow: { agent: 'slow' },
          quick: { agent: 'echo' },
          first: { agent: 'opens', needs: ['slow', 'quick'], join: 'any-succeeded' },
        },
      },
      { agents: { slow: () => end.opened, opens: () => end.open() } },
    );
    expect(status).toBe('completed');
    expect(tasks['first']!.status).toBe('succeeded');
  });
});

describe('a condition', () => {
  test('a false condition skips the task, and the tasks that need it, with cause condition', async () => {
    const { status, tasks } = await temporal.run({
      name: 'when',
      tasks: {
        a: { agent: 'echo', input: { n: 1 } },
        b: { agent: 'echo', when: '{% $tasks.a.output.n > 1 %}', needs: ['a'] },
        c: { agent: 'echo', needs: ['b'] },
        d: { agent: 'echo', when: '{% $tasks.a.output.n = 1 %}' },
        e: { wait: '1h', when: '{% false %}' },
      },
    });
    expect(status).toBe('completed');
    expect(tasks['b']).toMatchObject({ status: 'skipped', skip: { cause: 'condition' } });
    expect(tasks['c']).toMatchObject({ status: 'skipped', skip: { cause: 'condition', because: 'b' } });
    expect(tasks['d']!.status).toBe('succeeded');
    expect(tasks['e']!.status).toBe('skipped');
  });

  test('a condition that cannot be evaluated fails the task', async () => {
    const { status, tasks, failure } = await temporal.run({
      name: 'when',
      tasks: { a: { agent: 'echo', when: '{% $sum("x") > 1 %}' }, b: { agent: 'echo', needs: ['a'] } },
    });
    expect(status).toBe('failed');
    expect(failure).toMatchObject({ type: 'TaskFailed', task: 'a' });
    expect(tasks['a']).toMatchObject({ status: 'failed', attempts: 0, failure: { type: 'ExpressionFailed' } });
    expect(tasks['b']).toMatchObject({ status: 'skipped', skip: { cause: 'failure', because: 'a' } });
  });
});

test('an input that cannot be evaluated fails the task without a call', async () => {
  const { result, calls } = await temporal.start({
    name: 'input',
    tasks: { a: { agent: 'echo', input: { x: '{% $sum("x") %}' } } },
  });
  expect((await result()).tasks['a']).toMatchObject({ status: 'failed', failure: { type: 'ExpressionFailed' } });
  expect(calls).toEqual([]);
});

test('an input of null is passed on, and a task without input gets an empty object', async () => {
  const { result, calls } = await temporal.start({
    name: 'input',
    tasks: {
      nothing: { agent: 'echo' },
      none: { agent: 'echo', input: '{% $tasks.nothing.output.x %}' },
      nil: { agent: 'echo', input: null },
      nils: { agent: 'echo', forEach: { items: [null] }, input: '{% $item %}' },
    },
  });
  await result();
  const inputs = Object.fromEntries(calls.map(({ task, input }) => [task, input]));
  expect(inputs).toEqual({ nothing: {}, none: {}, nil: null, nils: null });
});

test('calls in flight never exceed the concurrency of the plan, and higher priorities start first', async () => {
  let [inFlight, most] = [0, 0];
  const { result, said } = await temporal.start(
    {
      name: 'priorities',
      concurrency: 1,
      tasks: {
        low: { agent: 'slow', priority: 5 },
        middle: { agent: 'slow' },
        many: { agent: 'slow', forEach: { items: [1, 2, 3] }, priority: 2 },
        high: { agent: 'slow', priority: 1 },
      },
    },
    {
      agents: {
        slow: async () => {
          most = Math.max(most, ++inFlight);
          await Promise.resolve();
          inFlight--;
        },
      },
    },
  );
  expect((await result()).status).toBe('completed');
  expect(most).toBe(1);
  expect(said()).toEqual(['slow high', 'slow many[0]', 'slow many[1]', 'slow many[2]', 'slow middle', 'slow low']);
});

test('an expression reads the current state of the run', async () => {
  const { output } = await temporal
    .run(
      {
        name: 'scope',
        onFailure: 'continue',
        tasks: {
          bad: failing,
          good: { agent: 'echo', input: { x: 1 } },
          see: {
            agent: 'echo',
            needs: ['bad', 'good'],
            join: 'all-done',
            input: {
              bad: '{% $tasks.bad.status & ": " & $tasks.bad.failure.message %}',
              good: '{% $merge([$tasks.good.output, {"y": 2}]) %}',
              run: '{% $run.id & "/" & $run.plan %}',
              input: '{% $input.name %}',
            },
          },
          after: { agent: 'echo', needs: ['see'] },
        },
      },
      { agents: no, id: 'scope-1', input: { name: 'n' } },
    )
    .then(({ tasks }) => tasks['see']!);
  expect(output).toEqual({ bad: 'failed: no', good: { x: 1, y: 2 }, run: 'scope-1/scope', input: 'n' });
});
