import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { MAX_VALUE_BYTES } from '../../src/domain/json/byte-size.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { gate, untilAborted } from '../support/gate.js';
import { useDevServer, type TestAgents } from '../support/temporal.js';

// Not the server that skips over time: cancelling a child while time jumps leaves it stuck now and then.
const temporal = useDevServer();

const double: Plan = {
  name: 'double',
  input: { type: 'object', required: ['n'], properties: { n: { type: 'number' } } },
  tasks: { twice: { agent: 'echo', input: '{% $input.n * 2 %}' } },
  output: '{% $tasks.twice.output %}',
};

const booking: Plan = {
  name: 'booking',
  tasks: {
    seat: {
      agent: 'book',
      input: '{% $input.seat %}',
      compensate: { agent: 'unbook', input: '{% $input.seat & $output %}' },
    },
    meal: { agent: 'book', needs: ['seat'], compensate: { agent: 'unbook', input: '{% $tasks.seat.output %}' } },
  },
};

const agents: TestAgents = {
  book: (_, { correlation }) => `/${correlation.run}`,
  unbook: () => null,
  no: () => Promise.reject(new AgentError('no', { retryable: false })),
};

test('defaults of the input of a run and of its sub-plans are filled in', async () => {
  const input = { type: 'object', required: ['n'], properties: { n: { type: 'number', default: 21 } } };
  const { tasks, output } = await temporal.run({
    name: 'outer',
    input: { properties: { m: { default: 'x' } } },
    tasks: { inner: { plan: { ...double, input } }, given: { plan: { ...double, input }, input: { n: 1 } } },
    output: '{% $input.m %}',
  });
  expect(tasks['inner']!.output).toBe(42);
  expect(tasks['given']!.output).toBe(2);
  expect(output).toBe('x');
});

test('a sub-plan returns its output, and its Workflow id has the ids of the run and the task', async () => {
  const { calls, result } = await temporal.start(
    { name: 'outer', tasks: { inner: { plan: double, input: { n: 21 } } }, output: '{% $tasks.inner.output %}' },
    { id: 'outer-1' },
  );
  expect(await result()).toMatchObject({ status: 'completed', output: 42, usage: { calls: 1 } });
  expect(calls[0]!.key).toBe('outer-1/inner/twice');
});

test('a sub-plan is found by name, also from within another sub-plan', async () => {
  const quadruple: Plan = {
    name: 'quadruple',
    tasks: {
      once: { plan: 'double', input: { n: '{% $input.n %}' } },
      again: { plan: 'double', input: { n: '{% $tasks.once.output %}' } },
    },
    output: '{% $tasks.again.output %}',
  };
  const result = await temporal.run(
    { name: 'outer', tasks: { inner: { plan: 'quadruple', input: { n: 2 } } }, output: '{% $tasks.inner.output %}' },
    { plans: { double, quadruple } },
  );
  expect(result).toMatchObject({ status: 'completed', output: 8 });
});

test('an input that does not match the schema of the sub-plan fails its task, and nothing starts', async () => {
  const { calls, result } = await temporal.start({
    name: 'outer',
    tasks: { inner: { plan: double, input: { n: 'x' } } },
  });
  expect((await result()).tasks['inner']).toMatchObject({ status: 'failed', failure: { type: 'InvalidInput' } });
  expect(calls).toEqual([]);
});

test('a forEach runs a sub-plan for each item, and tolerates failed ones', async () => {
  const { tasks } = await temporal.run({
    name: 'outer',
    tasks: {
      each: {
        plan: double,
        forEach: { items: [1, 'x', 3], tolerate: 1, concurrency: 2 },
        input: { n: '{% $item %}' },
      },
    },
  });
  expect(tasks['each']).toMatchObject({
    status: 'succeeded',
    output: [2, null, 6],
    failures: [{ index: 1, failure: { type: 'InvalidInput' } }],
  });
});

describe('a sub-plan that fails', () => {
  test('a sub-plan that fails undoes its own work and fails its task', async () => {
    const inner: Plan = { ...booking, tasks: { ...booking.tasks, last: { agent: 'no', needs: ['meal'] } } };
    const { said, result } = await temporal.start({ name: 'outer', tasks: { inner: { plan: inner } } }, { agents });
    const { status, tasks, compensated } = await result();
    expect(status).toBe('failed');
    expect(tasks['inner']).toMatchObject({
      status: 'failed',
      failure: { type: 'SubPlanFailed', details: { type: 'TaskFailed', task: 'last' } },
    });
    expect(said()).toEqual(['book seat', 'book meal', 'no last', 'unbook meal', 'unbook seat']);
    expect(compensated).toEqual([]);
  });

  test('a sub-plan that fails reports what it could not undo', async () => {
    const inner: Plan = {
      name: 'inner',
      tasks: { a: { agent: 'echo', compensate: { agent: 'no' } }, b: { agent: 'no', needs: ['a'] } },
    };
    const { tasks } = await temporal.run({ name: 'outer', tasks: { inner: { plan: inner } } }, { agents });
    expect(tasks['inner']!.failure!.message).toMatch(/not undone: a$/);
  });
});

describe('a sub-plan that has ended well is undone with its run', () => {
  test('a completed sub-plan is undone with its run, in reverse order, with its own input and keys', async () => {
    const { calls, result } = await temporal.start(
      {
        name: 'outer',
        tasks: { trip: { plan: booking, input: { seat: '12A' } }, last: { agent: 'no', needs: ['trip'] } },
      },
      { agents, id: 'outer-2' },
    );
    const { status, compensated, tasks, usage } = await result();
    expect(status).toBe('failed');
    expect(compensated).toEqual(['trip']);
    expect(tasks['trip']!.status).toBe('compensated');
    expect(calls.slice(3)).toMatchObject([
      { agent: 'unbook', task: 'meal', key: 'outer-2/trip/meal:compensate', input: '/outer-2/trip' },
      { agent: 'unbook', task: 'seat', key: 'outer-2/trip/seat:compensate', input: '12A/outer-2/trip' },
    ]);
    expect(usage.calls).toBe(5);
  });

  test('completed sub-plans of a forEach are undone with their run, item by item, two levels down', async () => {
    const middle: Plan = { name: 'middle', tasks: { deep: { plan: booking, input: { seat: '{% $input.seat %}' } } } };
    const { calls, result } = await temporal.start(
      {
        name: 'outer',
        tasks: {
          each: { plan: middle, forEach: { items: ['1A', '2B'] }, input: { seat: '{% $item %}' } },
          last: { agent: 'no', needs: ['each'] },
        },
      },
      { agents, id: 'outer-3' },
    );
    const { compensated, debt } = await result();
    expect([compensated, debt]).toEqual([['each'], []]);
    const undone = calls.filter(({ agent, task }) => agent === 'unbook' && task === 'seat');
    expect(undone.map(({ key, input }) => [key, input]).sort()).toEqual([
      ['outer-3/each[0]/deep/seat:compensate', '1A/outer-3/each[0]/deep'],
      ['outer-3/each[1]/deep/seat:compensate', '2B/outer-3/each[1]/deep'],
    ]);
  });

  test('a completed sub-plan that cannot be undone is debt', async () => {
    const inner: Plan = { name: 'inner', tasks: { a: { agent: 'echo', compensate: { agent: 'no' } } } };
    const { debt, tasks } = await temporal.run(
      { name: 'outer', tasks: { inner: { plan: inner }, last: { agent: 'no', needs: ['inner'] } } },
      { agents },
    );
    expect(debt).toEqual(['inner/a']);
    expect(tasks['inner']!.status).toBe('compensation-failed');
  });
});

test('a sub-plan is cancelled with its run and undoes its work', async () => {
  const begun = gate();
  const inner: Plan = {
    ...booking,
    tasks: { ...booking.tasks, last: { agent: 'waits', heartbeat: '600ms', needs: ['meal'] } },
  };
  const { run, said, result } = await temporal.start(
    { name: 'outer', tasks: { inner: { plan: inner } } },
    {
      agents: {
        ...agents,
        waits: (_, { signal }) => {
          begun.open();
          return untilAborted(signal);
        },
      },
    },
  );
  await begun.opened;
  await run.cancel();
  const { status, tasks } = await result();
  expect(status).toBe('cancelled');
  expect(tasks['inner']!.status).toBe('cancelled');
  expect(said()).toEqual(['book seat', 'book meal', 'waits last', 'unbook meal', 'unbook seat']);
});

test('a sub-plan that times out is cancelled, undoes its work, and fails its task', async () => {
  const inner: Plan = { ...booking, tasks: { ...booking.tasks, last: { wait: '10h', needs: ['meal'] } } };
  const { said, result } = await temporal.start(
    { name: 'outer', tasks: { inner: { plan: inner, timeout: '2s' } } },
    { agents },
  );
  expect((await result()).tasks['inner']).toMatchObject({ status: 'failed', failure: { type: 'TimedOut' } });
  expect(said()).toEqual(['book seat', 'book meal', 'unbook meal', 'unbook seat']);
});

test('the timeout of a sub-plan counts for each item from its own start', async () => {
  const nap: Plan = { name: 'nap', tasks: { nap: { wait: '2s' } } };
  const { status } = await temporal.run({
    name: 'outer',
    tasks: { each: { plan: nap, forEach: { items: [1, 2, 3], concurrency: 1 }, timeout: '5s' } },
  });
  expect(status).toBe('completed');
});

test('an input that is too large for a sub-plan fails only its task', async () => {
  const half = 'x'.repeat(MAX_VALUE_BYTES / 2);
  const { tasks } = await temporal.run(
    {
      name: 'outer',
      onFailure: 'continue',
      tasks: {
        a: { agent: 'half' },
        b: { agent: 'half' },
        inner: {
          plan: { name: 'inner', tasks: { t: { wait: '1s' } } },
          input: '{% [$tasks.a.output, $tasks.b.output] %}',
        },
      },
    },
    { agents: { half: () => half } },
  );
  expect(tasks['inner']).toMatchObject({ status: 'failed', failure: { type: 'InputTooLarge' } });
});

test('a foreign Workflow with the id of a sub-plan fails the task, and is not touched', async () => {
  const other = await temporal.start(
    { name: 'other', tasks: { it: { approve: { title: 'ok?' } } } },
    { id: 'taken/inner' },
  );
  const plan: Plan = { name: 'outer', tasks: { inner: { plan: double, input: { n: 1 } } } };
  const { run } = await temporal.start(plan, { id: 'taken' });
  await expect.poll(async () => (await run.describe()).status.name).toBe('FAILED');
  expect((await other.run.describe()).status.name).toBe('RUNNING');
  await other.run.approve('it');
  expect((await run.snapshot()).tasks['inner']).toMatchObject({ status: 'failed', failure: { type: 'SubPlanFailed' } });
});
