// Runs that are larger than one history may be.
import { describe, expect, test } from 'vitest';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { historiesOf } from '../support/histories.js';
import { atNight } from '../support/nightly.js';
import { useDevServer, type TestAgents } from '../support/temporal.js';

/** A history is long enough to continue as new at about 700 tasks in a chain, and at about 1,300 parallel calls. */
const CHAIN = atNight(3_000, 800);
const WIDE = atNight(3_000, 1_500);

const temporal = useDevServer();

const idsOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `t${index}`);

/** Counts its calls by idempotency key, and answers the number in its input. */
function counting() {
  const times = new Map<string, number>();
  const agents: TestAgents = {
    count: (input, { idempotencyKey }) => {
      times.set(idempotencyKey, (times.get(idempotencyKey) ?? 0) + 1);
      return input;
    },
  };
  return { agents, times };
}

describe.concurrent('a large run', () => {
  test(`a run of ${CHAIN} tasks in a chain completes, each called once`, { timeout: 600_000 }, async () => {
    const ids = idsOf(CHAIN);
    const task = (index: number): Task => ({
      agent: 'count',
      input: index === 0 ? 0 : `{% $tasks.t${index - 1}.output + 1 %}`,
    });
    const plan: Plan = { name: 'chain', tasks: Object.fromEntries(ids.map((id, index) => [id, task(index)])) };
    const { agents, times } = counting();
    const { id, result } = await temporal.start(plan, { agents });
    const { status, tasks } = await result();
    expect(status).toBe('completed');
    expect(ids.map((one) => tasks[one]!.output)).toEqual(ids.map((_, index) => index));
    expect([times.size, Math.max(...times.values())]).toEqual([CHAIN, 1]);
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
  });

  test(`a run of ${WIDE} parallel tasks completes, each called once`, { timeout: 600_000 }, async () => {
    const ids = idsOf(WIDE);
    const tasks = Object.fromEntries(ids.map((id, index): [string, Task] => [id, { agent: 'count', input: index }]));
    const { agents, times } = counting();
    const { id, result } = await temporal.start({ name: 'flat', tasks }, { agents });
    const ended = await result();
    expect(ended.status).toBe('completed');
    expect(ids.map((one) => ended.tasks[one]!.output)).toEqual(ids.map((_, index) => index));
    expect([times.size, Math.max(...times.values())]).toEqual([WIDE, 1]);
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
  });

  test(`a run of a forEach with ${WIDE} items completes, each called once`, { timeout: 600_000 }, async () => {
    const items = Array.from({ length: WIDE }, (_, index) => index);
    const { agents, times } = counting();
    const { id, result } = await temporal.start(
      { name: 'items', tasks: { each: { agent: 'count', forEach: { items: '{% $input %}' }, input: '{% $item %}' } } },
      { agents, input: items },
    );
    const { status, tasks } = await result();
    expect(status).toBe('completed');
    expect(tasks['each']!.output).toEqual(items);
    expect([times.size, Math.max(...times.values())]).toEqual([WIDE, 1]);
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
  });
});

test('calls whose inputs do not fit into one message are made one after another', async () => {
  const text = 'x'.repeat(150_000);
  const { result, calls } = await temporal.start(
    {
      name: 'wide',
      tasks: {
        each: { agent: 'length', forEach: { items: idsOf(60) }, input: { text: '{% $input.text %}' } },
        sub: {
          plan: {
            name: 'sub',
            tasks: { t: { agent: 'length', input: '{% $input %}' } },
            output: '{% $tasks.t.output %}',
          },
          forEach: { items: idsOf(40) },
          input: { text: '{% $input.text %}' },
        },
      },
    },
    { input: { text }, agents: { length: (input) => JSON.stringify(input).length } },
  );
  const { status, tasks } = await result();
  expect(status).toBe('completed');
  expect(new Set([tasks['each']!.output, tasks['sub']!.output].flat())).toEqual(new Set([text.length + 11]));
  expect(calls).toHaveLength(100);
});
