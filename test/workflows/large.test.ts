// Runs that are larger than one history may be.
import { describe, expect, test } from 'vitest';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { historiesOf } from '../support/histories.js';
import { useDevServer, type TestAgents } from '../support/temporal.js';

const SIZE = 3000;

const temporal = useDevServer();

const ids = Array.from({ length: SIZE }, (_, index) => `t${index}`);

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

describe.concurrent('a run of 3,000', () => {
  test('a run of 3,000 tasks in a chain completes, each called once', { timeout: 600_000 }, async () => {
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
    expect([times.size, Math.max(...times.values())]).toEqual([SIZE, 1]);
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
  });

  test('a run of 3,000 parallel tasks completes, each called once', { timeout: 600_000 }, async () => {
    const tasks = Object.fromEntries(ids.map((id, index): [string, Task] => [id, { agent: 'count', input: index }]));
    const { agents, times } = counting();
    const { id, result } = await temporal.start({ name: 'flat', tasks }, { agents });
    const ended = await result();
    expect(ended.status).toBe('completed');
    expect(ids.map((one) => ended.tasks[one]!.output)).toEqual(ids.map((_, index) => index));
    expect([times.size, Math.max(...times.values())]).toEqual([SIZE, 1]);
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
  });

  test('a run of a forEach with 3,000 items completes, each called once', { timeout: 600_000 }, async () => {
    const items = ids.map((_, index) => index);
    const { agents, times } = counting();
    const { id, result } = await temporal.start(
      { name: 'items', tasks: { each: { agent: 'count', forEach: { items: '{% $input %}' }, input: '{% $item %}' } } },
      { agents, input: items },
    );
    const { status, tasks } = await result();
    expect(status).toBe('completed');
    expect(tasks['each']!.output).toEqual(items);
    expect([times.size, Math.max(...times.values())]).toEqual([SIZE, 1]);
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
  });
});

test('calls whose inputs do not fit into one message are made one after another', async () => {
  const text = 'x'.repeat(150_000);
  const { result, calls } = await temporal.start(
    {
      name: 'wide',
      tasks: {
        each: { agent: 'length', forEach: { items: ids.slice(0, 60) }, input: { text: '{% $input.text %}' } },
        sub: {
          plan: {
            name: 'sub',
            tasks: { t: { agent: 'length', input: '{% $input %}' } },
            output: '{% $tasks.t.output %}',
          },
          forEach: { items: ids.slice(0, 40) },
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
