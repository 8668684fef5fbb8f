// What a run remembers of its events: small, whatever it receives.
import { expect, test } from 'vitest';
import { jsonBytes } from '../../../src/domain/json/byte-size.js';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import { advance } from '../../../src/domain/progress/advance.js';
import { createProgress } from '../../../src/domain/progress/progress.js';
import { receivedUnder } from '../../../src/domain/progress/received-events.js';
import { replannedProgress } from '../../../src/domain/progress/replan.js';
import { summarize } from '../../../src/domain/run/summarize.js';

const graph = buildGraph({ name: 'p', tasks: { a: { event: 'go' } } });

test('received events: the last ids are known, also after a re-planning', () => {
  const progress = createProgress(graph);
  for (let n = 0; n < 300; n++) advance(graph, progress, { type: 'eventReceived', id: `id-${n}`, name: `e${n}` });
  expect([receivedUnder(progress, 'id-99'), receivedUnder(progress, 'id-299')]).toEqual([undefined, 'e299']);
  expect(progress.events!.ids).toHaveLength(200);
  const next = replannedProgress(graph, progress, { kept: [], cards: {}, note: {} as never });
  expect(receivedUnder(next, 'id-299')).toBe('e299');
});

test('received events: a run without ids remembers none', () => {
  expect(receivedUnder(createProgress(graph), '__proto__')).toBeUndefined();
});

test('dropped events: their number and the last one are in the result, in a few bytes', () => {
  const progress = createProgress(graph);
  expect(summarize(graph, progress, { runId: 'r' })).not.toHaveProperty('droppedEvents');
  for (let n = 0; n < 3; n++)
    advance(graph, progress, { type: 'eventDropped', name: 'x'.repeat(2_000_000), reason: 'it is too long' });
  expect(summarize(graph, progress, { runId: 'r' }).droppedEvents).toEqual({
    count: 3,
    name: `${'x'.repeat(99)}…`,
    reason: 'it is too long',
  });
  expect(jsonBytes(progress.events)).toBeLessThan(250);
});
