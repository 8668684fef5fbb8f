import { expect, test } from 'vitest';
import { MAX_STORED_VALUE_BYTES, MAX_VALUE_BYTES } from '../../../src/domain/json/byte-size.js';
import { ValueReference } from '../../../src/domain/json/value-reference.js';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import type { Plan } from '../../../src/domain/plan/plan.js';
import { advance, takeReady } from '../../../src/domain/progress/advance.js';
import { awaitsSizes, type OutputRoom } from '../../../src/domain/progress/output-room.js';
import { mayHedge } from '../../../src/domain/progress/budget-gate.js';
import { createProgress } from '../../../src/domain/progress/progress.js';
import type { Progress } from '../../../src/domain/progress/state.js';

const MB = 1024 * 1024;
const empty: OutputRoom = { historyBytes: 0, valueLimit: MAX_VALUE_BYTES, cards: {} };
const graph = buildGraph({
  name: 'p',
  concurrency: 1000,
  tasks: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`t${i}`, { agent: 'x' }])),
});

/** Starts all that may start. Returns their ids. */
function startAll(progress: Progress, room: OutputRoom | undefined): string[] {
  const started: string[] = [];
  for (let ready = takeReady(graph, progress, room); ready !== undefined; ready = takeReady(graph, progress, room)) {
    advance(graph, progress, { type: 'started', task: ready.task, now: 0 });
    started.push(ready.task);
  }
  return started;
}

const end = (progress: Progress, task: string, output: unknown): void =>
  advance(graph, progress, { type: 'settled', task, outcome: { status: 'succeeded', output, attempts: 1 }, now: 0 });

test('output room: of an agent that has not answered yet, only as many calls start as its largest outputs fit', () => {
  expect(startAll(createProgress(graph), empty)).toHaveLength(20);
  expect(startAll(createProgress(graph), { ...empty, historyBytes: 30 * MB })).toHaveLength(5);
});

test('output room: without a room, as under earlier rules, all calls start', () => {
  const progress = createProgress(graph);
  expect(startAll(progress, undefined)).toHaveLength(100);
  expect(progress.outputs).toBeUndefined();
});

test('output room: the largest output of an agent so far decides how many of its calls start', () => {
  const progress = createProgress(graph);
  const [first] = startAll(progress, empty);
  end(progress, first!, 'small');
  expect(startAll(progress, empty)).toHaveLength(80);
  const large = createProgress(graph);
  const [one] = startAll(large, empty);
  end(large, one!, 'x'.repeat(MB - 2));
  // 19 are in flight.
  expect(startAll(large, { ...empty, historyBytes: MB })).toHaveLength(20);
});

test('output room: a declared maxOutput decides from the start, and is not lowered by what an agent answers', () => {
  const room = { ...empty, cards: { x: { maxOutput: '500KiB' } } };
  const progress = createProgress(graph);
  const [first] = startAll(progress, room);
  expect(progress.inFlight).toBe(81);
  end(progress, first!, null);
  expect(startAll(progress, room)).toHaveLength(1);
});

test('output room: if payloads are stored, an output counts as a reference', () => {
  expect(startAll(createProgress(graph), { ...empty, valueLimit: MAX_STORED_VALUE_BYTES })).toHaveLength(100);
});

test('output room: one call starts even if the history has no room, and no second one', () => {
  const progress = createProgress(graph);
  const full = { ...empty, historyBytes: 45 * MB };
  expect(startAll(progress, full)).toEqual(['t0']);
  end(progress, 't0', null);
  expect(startAll(progress, full)).toEqual(['t1']);
});

test.each([
  ['single sub-plans', {}, 20],
  ['the sub-plans of a forEach', { forEach: { items: '{% [1..100] %}' } }, 20],
])('output room: %s count as calls', (_, forEach, expected) => {
  const sub = { ...forEach, plan: { name: 's', tasks: { x: { agent: 'x' } } } };
  const count = 'forEach' in forEach ? 1 : 100;
  const tasks = Object.fromEntries(Array.from({ length: count }, (__, i) => [`s${i}`, sub]));
  const plans = buildGraph({ name: 'p', concurrency: 1000, tasks });
  const progress = createProgress(plans);
  let started = 0;
  for (let ready = takeReady(plans, progress, empty); ready !== undefined; ready = takeReady(plans, progress, empty)) {
    const { task, index } = ready;
    if (index !== undefined) advance(plans, progress, { type: 'itemStarted', task, index });
    else advance(plans, progress, { type: 'started', task, now: 0 });
    if (index === undefined && 'forEach' in forEach) {
      advance(plans, progress, { type: 'expanded', task, total: 100, tolerated: 0, now: 0 });
    } else started++;
  }
  expect({ started, awaits: awaitsSizes(progress) }).toEqual({ started: expected, awaits: true });
});

test('output room: tasks that are not calls of agents start whatever is in flight', () => {
  const plan: Plan = { name: 'p', tasks: { a: { agent: 'x' }, b: { agent: 'x' }, w: { wait: '1s' } } };
  const mixed = buildGraph(plan);
  const progress = createProgress(mixed);
  const full = { ...empty, historyBytes: 45 * MB };
  const started: string[] = [];
  for (let r = takeReady(mixed, progress, full); r !== undefined; r = takeReady(mixed, progress, full)) {
    advance(mixed, progress, { type: 'started', task: r.task, now: 0 });
    started.push(r.task);
  }
  expect(started.toSorted()).toEqual(['a', 'w']);
});

test('output room: what is learned about an agent survives JSON, and nothing is in flight after all have ended', () => {
  const progress = createProgress(graph);
  for (const task of startAll(progress, empty)) end(progress, task, [1, 2, 3]);
  expect(JSON.parse(JSON.stringify(progress.outputs))).toEqual({ largest: { x: 7 }, inFlight: {} });
});

test('output room: once an agent has been awaited for its time, its outputs count as small until it answers', () => {
  const progress = createProgress(graph);
  const [first] = startAll(progress, empty);
  expect(awaitsSizes(progress)).toBe(true);
  advance(graph, progress, { type: 'sizesAssumed' });
  expect(awaitsSizes(progress)).toBe(false);
  expect(startAll(progress, empty)).toHaveLength(80);
  end(progress, first!, 'x'.repeat(MB));
  expect(startAll(progress, empty)).toEqual([]);
  expect(awaitsSizes(progress)).toBe(false);
});

test('output room: no size is awaited of an agent that declares maxOutput', () => {
  const progress = createProgress(graph);
  startAll(progress, { ...empty, cards: { x: { maxOutput: '500KiB' } } });
  expect(awaitsSizes(progress)).toBe(false);
});

test('output room: a hedge counts like the call that it repeats, and is not made without room', () => {
  const progress = createProgress(graph);
  startAll(progress, { ...empty, historyBytes: 2 * MB });
  expect(progress.inFlight).toBe(19);
  const hedge = { task: 't0', name: 'hedge:1', agent: 'x' } as const;
  expect(mayHedge(progress, 'x', empty)).toBe(true);
  advance(graph, progress, { type: 'hedgeStarted', ...hedge });
  expect(progress.outputs!.inFlight).toEqual({ x: 20 });
  expect(mayHedge(progress, 'x', empty)).toBe(false);
  expect(startAll(progress, empty)).toEqual([]);
  const outcome = { status: 'succeeded', output: null, attempts: 1 } as const;
  advance(graph, progress, { type: 'hedgeEnded', ...hedge, outcome });
  expect(progress.outputs!.inFlight).toEqual({ x: 19 });
});

test('output room: the size of an output that is stored is that of its value', () => {
  const progress = createProgress(graph);
  const [first] = startAll(progress, empty);
  end(progress, first!, new ValueReference({ hash: 'ab'.repeat(32), jsonBytes: String(5 * MB) }));
  expect(progress.outputs!.largest).toEqual({ x: 5 * MB });
});
