import { describe, expect, test } from 'vitest';
import type { ForEach } from '../../src/domain/plan/plan.js';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { gate, untilAborted } from '../support/gate.js';
import { useTimeSkipping, type TestAgents } from '../support/temporal.js';

const temporal = useTimeSkipping();

const oddFails: TestAgents = {
  even: (n) => {
    if (Number(n) % 2 === 1) throw new AgentError(`${String(n)} is odd`, { retryable: false });
    return n;
  },
};

const overNumbers = (forEach: Partial<ForEach>, agent = 'even') => ({
  name: 'numbers',
  tasks: {
    all: { agent, forEach: { items: '{% $input.numbers %}', ...forEach }, input: '{% $item %}' },
    after: { agent: 'echo', input: { outputs: '{% $tasks.all.output %}', failures: '{% $tasks.all.failures %}' } },
  },
});

test('the outputs of a forEach are in the order of the items, whatever order they end in', async () => {
  const last = gate();
  const { tasks } = await temporal.run(overNumbers({}, 'backwards'), {
    input: { numbers: [0, 1, 2] },
    agents: {
      backwards: async (n) => {
        if (n === 2) last.open();
        else await last.opened;
        return { n };
      },
    },
  });
  expect(tasks['all']).toMatchObject({
    status: 'succeeded',
    output: [{ n: 0 }, { n: 1 }, { n: 2 }],
    items: { total: 3, succeeded: 3, failed: 0 },
    attempts: 3,
  });
});

test('an item reads its value and its index', async () => {
  const plan = {
    name: 'places',
    tasks: {
      all: { agent: 'echo', forEach: { items: ['a', 'b'] }, input: { item: '{% $item %}', at: '{% $index %}' } },
    },
  };
  const { calls, result } = await temporal.start(plan, { id: 'places' });
  expect((await result()).tasks['all']!.output).toEqual([
    { item: 'a', at: 0 },
    { item: 'b', at: 1 },
  ]);
  expect(calls.map(({ key }) => key).sort()).toEqual(['places/all/0', 'places/all/1']);
});

test('a forEach has as many items in flight as its concurrency allows, and no more', async () => {
  const both = gate();
  let [inFlight, most] = [0, 0];
  await temporal.run(overNumbers({ concurrency: 2 }, 'slow'), {
    input: { numbers: [1, 2, 3, 4, 5, 6] },
    agents: {
      slow: async () => {
        most = Math.max(most, ++inFlight);
        if (inFlight === 2) both.open();
        await both.opened;
        await new Promise(setImmediate);
        inFlight--;
      },
    },
  });
  expect(most).toBe(2);
});

describe('failures', () => {
  test.each([
    ['a count', 2],
    ['a percentage', '40%'],
  ])('failed items within %s are tolerated: their output is null, and they are listed', async (_, tolerate) => {
    const { status, tasks } = await temporal.run(overNumbers({ tolerate }), {
      input: { numbers: [0, 1, 2, 3, 4] },
      agents: oddFails,
    });
    expect(status).toBe('completed');
    expect(tasks['all']).toMatchObject({
      status: 'succeeded',
      output: [0, null, 2, null, 4],
      items: { total: 5, succeeded: 3, failed: 2 },
      failures: [
        { index: 1, failure: { type: 'AgentRefused', message: '1 is odd' } },
        { index: 3, failure: { type: 'AgentRefused', message: '3 is odd' } },
      ],
    });
    expect(tasks['after']!.output).toMatchObject({
      outputs: [0, null, 2, null, 4],
      failures: [{ index: 1 }, { index: 3 }],
    });
  });

  test('more failed items than tolerated cancel those in flight immediately, and no more start', async () => {
    const aborted: unknown[] = [];
    const begun = gate();
    const { result, calls } = await temporal.start(
      {
        name: 'numbers',
        concurrency: 2,
        tasks: { all: { agent: 'mixed', forEach: { items: [0, 1, 2, 3] }, input: '{% $item %}', heartbeat: '600ms' } },
      },
      {
        agents: {
          mixed: async (n, { signal }) => {
            if (n === 0) {
              begun.open();
              await untilAborted(signal).finally(() => aborted.push(n));
            }
            await begun.opened;
            throw new AgentError(`no ${String(n)}`, { retryable: false });
          },
        },
      },
    );
    const { status, tasks } = await result();
    expect(status).toBe('failed');
    expect(tasks['all']).toMatchObject({
      status: 'failed',
      failure: {
        type: 'TooManyFailures',
        message: expect.stringMatching(/^[1-4] of 4 items failed; the first, item 1: no 1$/) as string,
      },
    });
    expect(aborted).toEqual([0]);
    expect(calls).toHaveLength(2);
  });
});

describe('items', () => {
  test('a forEach without items succeeds with an empty array', async () => {
    const { tasks } = await temporal.run(overNumbers({}), { input: { numbers: [] }, agents: oddFails });
    expect(tasks['all']).toMatchObject({ status: 'succeeded', output: [], items: { total: 0 } });
    expect(tasks['after']!.output).toEqual({ outputs: [], failures: [] });
  });

  test('a forEach whose items are not an array fails', async () => {
    const { tasks } = await temporal.run(overNumbers({}), { input: { numbers: 'one' }, agents: oddFails });
    expect(tasks['all']).toMatchObject({ status: 'failed', failure: { type: 'ItemsInvalid' } });
  });

  test('a query that finds one item or none makes a forEach of one item or none', async () => {
    const found = (n: number) => ({
      agent: 'echo',
      forEach: { items: `{% $input.all[n = ${n}] %}` },
      input: '{% $item %}',
    });
    const { tasks } = await temporal.run(
      { name: 'query', tasks: { one: found(1), none: found(3), two: found(2) } },
      { input: { all: [{ n: 1 }, { n: 2 }, { n: 2 }] } },
    );
    expect(tasks['one']!.output).toEqual([{ n: 1 }]);
    expect(tasks['none']!.output).toEqual([]);
    expect(tasks['two']!.output).toEqual([{ n: 2 }, { n: 2 }]);
  });

  test.each([0, 1, 2, 3])('a path over %i elements makes a forEach of as many items', async (count) => {
    const files = Array.from({ length: count }, (_, n) => ({ name: `f${n}`, pairs: [[n, n]] }));
    const each = (items: string) => ({ agent: 'echo', forEach: { items }, input: { hit: '{% $item %}' } });
    const { tasks } = await temporal.run(
      {
        name: 'paths',
        tasks: {
          list: { agent: 'echo', input: { files: '{% $input.files %}' } },
          names: each('{% $tasks.list.output.files.name %}'),
          pairs: each('{% $tasks.list.output.files.pairs[$count($) = 2] %}'),
          again: each('{% $tasks.names.output.hit %}'),
        },
      },
      { input: { files } },
    );
    const names = files.map(({ name }) => ({ hit: name }));
    expect(tasks['names']!.output).toEqual(names);
    expect(tasks['pairs']!.output).toEqual(files.map((_, n) => ({ hit: [n, n] })));
    expect(tasks['again']!.output).toEqual(names);
  });

  test.each([
    ['{% $input.nothing %}', 'null'],
    ['{% true ? null : [] %}', 'null'],
    ['{% $input.text %}', '"x"'],
    ['{% $input.misspelled %}', 'nothing'],
  ])('a forEach whose items are not a list fails before any call, and says what came: %s', async (items, came) => {
    const { result, calls } = await temporal.start(
      { name: 'wrong', tasks: { all: { agent: 'echo', forEach: { items } } } },
      { input: { nothing: null, text: 'x' } },
    );
    expect((await result()).tasks['all']!.failure).toEqual({
      type: 'ItemsInvalid',
      message: `forEach.items: expected a list, got ${came}`,
    });
    expect(calls).toEqual([]);
  });

  test('a forEach with more items than maxItems fails before any is called', async () => {
    const { result, calls } = await temporal.start(overNumbers({ maxItems: 2 }), {
      input: { numbers: [2, 4, 6] },
      agents: oddFails,
    });
    expect((await result()).tasks['all']).toMatchObject({ status: 'failed', failure: { type: 'TooManyItems' } });
    expect(calls).toEqual([]);
  });

  test('a forEach whose items cannot be evaluated fails', async () => {
    const { tasks } = await temporal.run({
      name: 'broken',
      tasks: { all: { agent: 'echo', forEach: { items: '{% $sum("x") %}' } } },
    });
    expect(tasks['all']).toMatchObject({ status: 'failed', failure: { type: 'ExpressionFailed' } });
  });
});

test('an item whose input cannot be evaluated fails, and the others run', async () => {
  const { tasks } = await temporal.run({
    name: 'numbers',
    tasks: {
      all: { agent: 'echo', forEach: { items: [1, 'x', 3], tolerate: 1 }, input: { n: '{% $item + 1 %}' } },
    },
  });
  expect(tasks['all']).toMatchObject({
    output: [{ n: 2 }, null, { n: 4 }],
    failures: [{ index: 1, failure: { type: 'ExpressionFailed' } }],
  });
});

test('each item of a forEach has its own fallback', async () => {
  const plan = overNumbers({});
  Object.assign(plan.tasks.all, { fallback: { agent: 'echo', input: '{% $failure.message %}' } });
  const { tasks } = await temporal.run(plan, { input: { numbers: [1, 2] }, agents: oddFails });
  expect(tasks['all']!.output).toEqual(['1 is odd', 2]);
});
