// Expressions within runs: what they cost is spread over activations, and what would cost too much fails its task.
import { Worker } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import type { Plan } from '../../src/domain/plan/plan.js';
import { useDevServer, type TestTemporal } from '../support/temporal.js';

const temporal = useDevServer();

const countTo = (n: number): string => `{% $count([1..${n}].($ * 2 & "")) + $index %}`;

/** How often the run has put off expressions to its next activation. */
async function pausesOf({ env }: TestTemporal, id: string): Promise<number> {
  const { events } = await env.client.workflow.getHandle(id).fetchHistory();
  const summaries = (events ?? []).map(({ userMetadata }) => Buffer.from(userMetadata?.summary?.data ?? '').toString());
  return summaries.filter((summary) => summary.includes('evaluate the next expressions')).length;
}

async function expectToReplay({ env }: TestTemporal, id: string): Promise<void> {
  const history = await env.client.workflow.getHandle(id).fetchHistory();
  const workflowBundle = { codePath: inject('workflowBundle') };
  await expect(Worker.runReplayHistory({ workflowBundle }, history, id)).resolves.toBeUndefined();
}

test('expressions: the cost of 24 items is spread over activations, and replays', async () => {
  const plan: Plan = {
    name: 'spread',
    concurrency: 100,
    tasks: { each: { agent: 'echo', forEach: { items: '{% [1..24] %}' }, input: { n: countTo(50_000) } } },
  };
  const { id, result } = await temporal.start(plan);
  const { status, tasks } = await result();
  expect(status).toBe('completed');
  expect(tasks['each']!.output).toEqual(Array.from({ length: 24 }, (_, i) => ({ n: 50_000 + i })));
  expect(await pausesOf(temporal, id)).toBeGreaterThan(3);
  await expectToReplay(temporal, id);
});

test('expressions: 1,000 tasks with a small expression start without a pause', async () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => `t${i}`);
  const plan: Plan = {
    name: 'small-ones',
    tasks: Object.fromEntries(
      ids.map((id, i) => [id, { agent: 'echo', input: { text: `{% $input.name & '-${i}' %}` } }]),
    ),
  };
  const { id, result } = await temporal.start(plan, { input: { name: 'n' } });
  const { status, tasks } = await result();
  expect(status).toBe('completed');
  expect(tasks['t999']!.output).toEqual({ text: 'n-999' });
  expect(await pausesOf(temporal, id)).toBe(0);
});

test('expressions: 5,000 items that each read another list by their index', async () => {
  const list = Array.from({ length: 5_000 }, (_, n) => ({ n }));
  const plan: Plan = {
    name: 'zip',
    concurrency: 500,
    tasks: {
      a: { agent: 'list', input: {} },
      b: { agent: 'list', input: {} },
      zip: {
        agent: 'echo',
        forEach: { items: '{% $tasks.a.output %}' },
        input: { a: '{% $item.n %}', b: '{% $tasks.b.output[$index].n %}', text: "{% $item.n & '/' & $index %}" },
      },
    },
  };
  const { tasks, status } = await temporal.run(plan, { agents: { list: () => list } });
  expect(status).toBe('completed');
  const output = tasks['zip']!.output as { a: number; b: number; text: string }[];
  expect(output).toHaveLength(5_000);
  expect(output[4_321]).toEqual({ a: 4_321, b: 4_321, text: '4321/4321' });
}, 240_000);

test.each([
  ['input', { agent: 'echo', input: { x: '{% ($f := function($x) { $f($x) }; $f(1)) %}' } }],
  ['when', { agent: 'echo', when: '{% $count([1..1000000].{"a": $}) > 0 %}' }],
  ['forEach.items', { agent: 'echo', forEach: { items: '{% [1..10000000] %}' } }],
  ['an item', { agent: 'echo', forEach: { items: [1, 2] }, input: '{% $pad("x", 900000000) %}' }],
  ['wait', { wait: { for: '{% $join([1..1000000].($string($)), $pad("x", 1000000)) %}' } }],
  ['event', { event: { name: '{% $pad("x", 900000000) %}' } }],
] as [string, Plan['tasks'][string]][])(
  'expressions: one in %s that costs too much fails its task',
  async (_where, task) => {
    const { status, failure, tasks } = await temporal.run({ name: 'costly', tasks: { a: task } });
    expect(status).toBe('failed');
    expect(failure?.task).toBe('a');
    expect(['ExpressionFailed', 'TooManyFailures']).toContain(tasks['a']!.failure?.type);
  },
);

test('expressions: an output that costs too much fails the run', async () => {
  const { status, failure } = await temporal.run({
    name: 'costly-output',
    tasks: { a: { agent: 'echo' } },
    output: '{% ($f := function($x) { $f($x) }; $f(1)) %}',
  });
  expect(status).toBe('failed');
  expect(failure).toMatchObject({ type: 'OutputFailed' });
  expect(failure?.message).toContain('it takes too long');
});

test('expressions: $needs has the output of each task that needs names', async () => {
  const { status, tasks } = await temporal.run({
    name: 'needs',
    tasks: {
      a: { agent: 'echo', input: { count: 1 } },
      b: { agent: 'echo', input: { count: 2 } },
      none: { agent: 'echo', when: '{% false %}' },
      sum: { agent: 'echo', needs: ['a', 'b', 'none'], join: 'none-failed', input: '{% $sum($needs.*.count) %}' },
      each: {
        agent: 'echo',
        needs: ['a', 'b'],
        forEach: { items: '{% $keys($needs) %}' },
        input: '{% $item & $needs.b.count %}',
      },
    },
  });
  expect(status).toBe('completed');
  expect(tasks['sum']!.output).toBe(3);
  expect(tasks['each']!.output).toEqual(['a2', 'b2']);
});
