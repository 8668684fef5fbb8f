import { expect, test } from 'vitest';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import type { Plan } from '../../../src/domain/plan/plan.js';
import { advance } from '../../../src/domain/progress/advance.js';
import { createProgress } from '../../../src/domain/progress/progress.js';
import type { Progress } from '../../../src/domain/progress/state.js';
import { undoReserve, withoutUnread } from '../../../src/domain/progress/unread-outputs.js';
import { summarize } from '../../../src/domain/run/summarize.js';

const BIG = 'x'.repeat(1000);

/** The progress after these tasks have succeeded with `BIG`. */
function after(
  plan: Plan,
  ended: readonly string[],
  output: unknown = BIG,
): { graph: ReturnType<typeof buildGraph>; progress: Progress } {
  const graph = buildGraph(plan);
  const progress = createProgress(graph);
  for (const task of ended) {
    advance(graph, progress, { type: 'started', task, now: 0 });
    advance(graph, progress, { type: 'settled', task, outcome: { status: 'succeeded', output, attempts: 1 }, now: 0 });
  }
  return { graph, progress };
}

/** The tasks whose outputs are left out when as much as possible must be saved. */
function dropped(plan: Plan, ended: readonly string[]): string[] {
  const { graph, progress } = after(plan, ended);
  const { tasks } = withoutUnread(graph, progress, Infinity);
  return Object.keys(tasks).filter((id) => tasks[id]!.dropped !== undefined);
}

test.each<[string, Plan, string[]]>([
  ['nothing', { name: 'p', tasks: { a: { agent: 'x' }, b: { agent: 'x', needs: ['a'] } } }, ['a']],
  [
    'an input',
    { name: 'p', tasks: { a: { agent: 'x' }, b: { agent: 'x', input: { v: '{% $tasks.a.output %}' } } } },
    [],
  ],
  [
    'a condition',
    { name: 'p', tasks: { a: { agent: 'x' }, b: { agent: 'x', when: '{% $tasks.a.output = 1 %}' } } },
    [],
  ],
  ['$needs', { name: 'p', tasks: { a: { agent: 'x' }, b: { agent: 'x', needs: ['a'], input: '{% $needs.a %}' } } }, []],
  [
    'items',
    { name: 'p', tasks: { a: { agent: 'x' }, b: { agent: 'x', forEach: { items: '{% $tasks.a.output %}' } } } },
    [],
  ],
  [
    'the output of the plan',
    { name: 'p', tasks: { a: { agent: 'x' }, b: { agent: 'x' } }, output: '{% $tasks.a.output %}' },
    [],
  ],
  [
    'its own compensation',
    {
      name: 'p',
      tasks: { a: { agent: 'x', compensate: { agent: 'u', input: '{% $output.id %}' } }, b: { agent: 'x' } },
    },
    [],
  ],
  [
    'a later compensation',
    {
      name: 'p',
      tasks: { a: { agent: 'x' }, b: { agent: 'x', compensate: { agent: 'u', input: '{% $tasks.a.output %}' } } },
    },
    [],
  ],
  [
    'the next planner',
    { name: 'p', onFailure: 'replan', replan: { planner: 'm' }, tasks: { a: { agent: 'x' }, b: { agent: 'x' } } },
    [],
  ],
])('unread outputs: an output that %s reads', (_, plan, expected) => {
  expect(dropped(plan, ['a'])).toEqual(expected);
});

test('unread outputs: an output is left out once the task that read it has ended', () => {
  const plan: Plan = {
    name: 'p',
    tasks: {
      a: { agent: 'x' },
      b: { agent: 'x', input: '{% $tasks.a.output %}' },
      c: { agent: 'x', input: '{% $tasks.b.output %}' },
    },
  };
  expect(dropped(plan, ['a', 'b'])).toEqual(['a']);
});

test('unread outputs: the answer of a wait is kept for forks', () => {
  expect(dropped({ name: 'p', tasks: { a: { event: 'e' }, b: { agent: 'x' } } }, ['a'])).toEqual([]);
});

test('unread outputs: only as much is left out as is needed, the largest first, and the result says so', () => {
  const plan: Plan = { name: 'p', tasks: { a: { agent: 'x' }, b: { agent: 'x' }, c: { agent: 'x' } } };
  const { graph, progress } = after(plan, ['a', 'c']);
  progress.tasks['c']!.output = BIG + BIG;
  const less = withoutUnread(graph, progress, 1500);
  expect(progress.tasks['c']!.output).toBe(BIG + BIG);
  const { tasks } = summarize(graph, less, { runId: 'r' });
  expect(tasks['c']).toMatchObject({ output: null, outputDropped: true, omittedBytes: 2002 });
  expect(tasks['a']!.output).toBe(BIG);
  expect(tasks['a']).not.toHaveProperty('outputDropped');
});

test('unread outputs: the outputs of items are carried once, as the output of their forEach', () => {
  const plan: Plan = {
    name: 'p',
    tasks: { a: { agent: 'x', forEach: { items: [1, 2] } }, b: { agent: 'x', input: '{% $tasks.a.output %}' } },
  };
  const graph = buildGraph(plan);
  const progress = createProgress(graph);
  advance(graph, progress, { type: 'started', task: 'a', now: 0 });
  advance(graph, progress, { type: 'expanded', task: 'a', total: 2, tolerated: 0, now: 0 });
  for (const index of [0, 1]) {
    advance(graph, progress, { type: 'itemStarted', task: 'a', index });
    advance(graph, progress, {
      type: 'itemSettled',
      task: 'a',
      index,
      now: 0,
      outcome: { status: 'succeeded', output: BIG, attempts: 1 },
    });
  }
  const { tasks } = withoutUnread(graph, progress, 0);
  expect(tasks['a']!.output).toEqual([BIG, BIG]);
  expect(tasks['a']!.items!.ended).toEqual([{ status: 'succeeded' }, { status: 'succeeded' }]);
});

test('undo reserve: six events for each unit, and the outputs that compensations read', () => {
  const compensate = { agent: 'u', input: '{% $output %}' };
  const plan: Plan = {
    name: 'p',
    tasks: { a: { agent: 'x', compensate }, b: { agent: 'x', compensate: { agent: 'u' } }, c: { agent: 'x' } },
  };
  const { graph, progress } = after(plan, ['a', 'b']);
  expect(undoReserve(graph, progress)).toEqual({ events: 12, bytes: 1002 + 2 * 1024 });
  const stops = after({ ...plan, onFailure: 'stop' }, ['a', 'b']);
  expect(undoReserve(stops.graph, stops.progress)).toEqual({ events: 0, bytes: 0 });
});

test('undo cut short: what has not been undone is debt, and can be retried', () => {
  const compensate = { agent: 'u' };
  const { graph, progress } = after({ name: 'p', tasks: { a: { agent: 'x', compensate }, b: { agent: 'x' } } }, ['a']);
  advance(graph, progress, {
    type: 'stopped',
    verdict: 'cancelled',
    failure: { type: 'RunCancelled', message: '' },
    now: 0,
  });
  advance(graph, progress, { type: 'concluded', now: 0 });
  advance(graph, progress, { type: 'undoStarted' });
  advance(graph, progress, { type: 'undoCutShort' });
  expect(progress).toMatchObject({ phase: 'ended', debt: ['a'] });
  expect(progress.tasks['a']).toMatchObject({ status: 'compensation-failed', undone: 'compensation-failed' });
});
