// The breaker that workers share: whatever they say, and in whatever order, there are never more probes than allowed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createCircuit,
  FRESH_MS,
  isDone,
  noteReport,
  PROBE_LOST_MS,
  settleMembers,
  turnCircuit,
  viewOf,
} from '../../../src/domain/breaker/circuit.js';
import type { BreakerReport } from '../../../src/domain/breaker/messages.js';
import { breakerDetails } from '../../../src/domain/breaker/text.js';

const terms = { settings: { window: { count: 4 }, minCalls: 2, openFor: '10s', probes: 2 }, since: 1 };
const NOW = 1_000_000;
const report = (more: Partial<BreakerReport> = {}): BreakerReport => ({
  worker: 'a',
  terms,
  epoch: 0,
  calls: '',
  probes: 0,
  ...more,
});

test('calls that were let through in another epoch say nothing', () => {
  const circuit = createCircuit('x', terms, NOW);
  expect(noteReport(circuit, report({ calls: 'FF' }), NOW)).toMatchObject({ phase: 'open', epoch: 1, waitMs: 10_000 });
  expect(noteReport(circuit, report({ worker: 'b', calls: 'SSSS' }), NOW)).toMatchObject({
    phase: 'open',
    figures: { calls: 2 },
  });
});

test('slow calls open it as failed ones do', () => {
  const settings = { ...terms.settings, slowCall: '1s', slowRate: 50 };
  const circuit = createCircuit('x', { settings, since: 1 }, NOW);
  expect(noteReport(circuit, report({ calls: 'Ss' }), NOW)).toMatchObject({ phase: 'open', figures: { slow: 1 } });
});

test('the probes of a worker that has gone may be made by another', () => {
  const circuit = createCircuit('x', terms, NOW);
  noteReport(circuit, report({ calls: 'FF' }), NOW);
  const later = NOW + 10_000;
  expect(noteReport(circuit, report({ probes: 5 }), later)).toMatchObject({ phase: 'half-open', granted: 2 });
  expect(noteReport(circuit, report({ worker: 'b', probes: 1 }), later)).toMatchObject({ granted: 0 });
  const lost = later + PROBE_LOST_MS;
  expect(noteReport(circuit, report({ worker: 'b', probes: 1 }), lost - 1)).toMatchObject({ granted: 0 });
  expect(noteReport(circuit, report({ worker: 'b', probes: 5 }), lost)).toMatchObject({ granted: 2 });
});

test('a worker that says that it still makes its probes keeps them, and one that is silent for long is gone', () => {
  const circuit = createCircuit('x', terms, NOW);
  noteReport(circuit, report({ calls: 'FF' }), NOW);
  let now = NOW + 10_000;
  noteReport(circuit, report({ probes: 2 }), now);
  for (let n = 0; n < 5; n++) {
    noteReport(circuit, report({ epoch: 2 }), (now += PROBE_LOST_MS - 1));
    expect(noteReport(circuit, report({ worker: 'b', probes: 1 }), now)).toMatchObject({ granted: 0 });
  }
  settleMembers(circuit, now + 2 * FRESH_MS - 1);
  expect(viewOf(circuit, now).workers).toBe(2);
  settleMembers(circuit, now + 2 * FRESH_MS);
  expect(viewOf(circuit, now).workers).toBe(0);
});

test('a probe that counted as lost, and has told nothing, makes no room for another', () => {
  const circuit = createCircuit('x', terms, NOW);
  noteReport(circuit, report({ calls: 'FF' }), NOW);
  noteReport(circuit, report({ probes: 2 }), NOW + 10_000);
  const lost = NOW + 10_000 + PROBE_LOST_MS;
  noteReport(circuit, report({ worker: 'b', probes: 2 }), lost);
  noteReport(circuit, report({ calls: 'II', epoch: 2 }), lost);
  expect(noteReport(circuit, report({ worker: 'c', probes: 1 }), lost)).toMatchObject({
    phase: 'half-open',
    granted: 0,
  });
});

test('the newer terms hold, whoever brings them', () => {
  const circuit = createCircuit('x', terms, NOW);
  const newer = { settings: { window: { count: 10 }, minCalls: 5 }, since: 2 };
  noteReport(circuit, report({ terms: newer }), NOW);
  expect(noteReport(circuit, report({ calls: 'FF' }), NOW)).toMatchObject({ phase: 'closed', terms: newer });
});

test('it is done when it is closed and nobody has a mirror of it; what a person decided stays', () => {
  const circuit = createCircuit('x', terms, NOW);
  noteReport(circuit, report(), NOW);
  const gone = NOW + 2 * FRESH_MS;
  expect(isDone(circuit, gone)).toBe(false);
  settleMembers(circuit, gone);
  expect(isDone(circuit, gone)).toBe(true);
  turnCircuit(circuit, { to: 'forced-closed' }, gone);
  expect(isDone(circuit, gone + 1e9)).toBe(false);
});

test('whatever is said, probes under way are never more than allowed, and it can be written down', () => {
  const step = fc.record({
    worker: fc.constantFrom('a', 'b', 'c'),
    calls: fc.stringMatching(/^[SFsfI]{0,6}$/),
    epoch: fc.nat(6),
    probes: fc.nat(4),
    afterMs: fc.constantFrom(0, 100, 10_000, 70_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let circuit = createCircuit('x', terms, NOW);
      let now = NOW;
      for (const { afterMs, ...said } of steps) {
        now += afterMs;
        settleMembers(circuit, now);
        // Nobody reports a probe that was not granted.
        const has = circuit.members[said.worker]?.probes ?? 0;
        const isProbing = circuit.state.phase === 'half-open' && said.epoch === circuit.state.epoch;
        const calls = isProbing ? said.calls.slice(0, has) : said.calls;
        const view = noteReport(circuit, report({ ...said, calls }), now);
        expect(view.granted).toBeLessThanOrEqual(view.phase === 'half-open' ? 2 : 0);
        const underWay = Object.values(circuit.members).reduce((sum, { probes }) => sum + probes, 0);
        expect(underWay).toBeLessThanOrEqual(2);
        circuit = JSON.parse(JSON.stringify(circuit)) as typeof circuit;
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a look at a later time tells how it is by then, and changes nothing', () => {
  const circuit = createCircuit(
    'x',
    { settings: { window: { time: '10s' }, minCalls: 5, openFor: '10s' }, since: 1 },
    NOW,
  );
  noteReport(circuit, report({ terms: circuit.terms, calls: 'FF' }), NOW);
  const before = structuredClone(circuit);
  expect(viewOf(circuit, NOW + 5_000)).toMatchObject({ forMs: 5_000, figures: { calls: 2 } });
  expect(viewOf(circuit, NOW + 60_000)).toMatchObject({ forMs: 60_000, figures: { calls: 0 } });
  expect(circuit).toEqual(before);
});

test('in markdown it tells the times of day, and what opens it', () => {
  const at = Date.parse('2026-11-23T09:01:20Z');
  const circuit = createCircuit('x', { ...terms, settings: { ...terms.settings, slowCall: '2s' } }, at);
  noteReport(circuit, report({ terms: circuit.terms, calls: 'FF' }), at);
  expect(breakerDetails(viewOf(circuit, at + 3_000), at + 3_000).split('\n')).toEqual([
    '**x** is **open** since 2026-11-23 09:01:20 UTC, calls may try from 2026-11-23 09:01:30 UTC',
    '',
    '- 2 of 2 calls failed (100 %)',
    '- it opens at 50 % that fail, or at 100 % that take 2.0s or longer',
    '- 1 worker has a mirror of it',
  ]);
});
