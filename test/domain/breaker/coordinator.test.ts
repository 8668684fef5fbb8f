// The breaker that workers share: for all reports, in any order, there are never more probes than allowed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createCircuit,
  FRESH_MS,
  isAtRest,
  noteReport,
  PROBE_LOST_MS,
  settleMembers,
  turnCircuit,
  viewOf,
} from '../../../src/domain/breaker/coordinator.js';
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

test('coordinator: calls that were let through in another epoch are not counted', () => {
  const circuit = createCircuit('x', terms, NOW);
  expect(noteReport(circuit, report({ calls: 'FF' }), NOW)).toMatchObject({ phase: 'open', epoch: 1, waitMs: 10_000 });
  expect(noteReport(circuit, report({ worker: 'b', calls: 'SSSS' }), NOW)).toMatchObject({
    phase: 'open',
    figures: { calls: 2 },
  });
});

test('coordinator: slow calls open the breaker as failed calls do', () => {
  const settings = { ...terms.settings, slowCall: '1s', slowRate: 50 };
  const circuit = createCircuit('x', { settings, since: 1 }, NOW);
  expect(noteReport(circuit, report({ calls: 'Ss' }), NOW)).toMatchObject({ phase: 'open', figures: { slow: 1 } });
});

test('coordinator: the probes of a worker that no longer reports are given to another worker', () => {
  const circuit = createCircuit('x', terms, NOW);
  noteReport(circuit, report({ calls: 'FF' }), NOW);
  const later = NOW + 10_000;
  expect(noteReport(circuit, report({ probes: 5 }), later)).toMatchObject({ phase: 'half-open', granted: 2 });
  expect(noteReport(circuit, report({ worker: 'b', probes: 1 }), later)).toMatchObject({ granted: 0 });
  const lost = later + PROBE_LOST_MS;
  expect(noteReport(circuit, report({ worker: 'b', probes: 1 }), lost - 1)).toMatchObject({ granted: 0 });
  expect(noteReport(circuit, report({ worker: 'b', probes: 5 }), lost)).toMatchObject({ granted: 2 });
});

test('coordinator: a worker that reports keeps its probes; a worker that has not reported for a minute is removed', () => {
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

test('coordinator: a lost probe that is reported as ignored does not make room for another probe', () => {
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

test('coordinator: the newest terms apply, whichever worker brings them', () => {
  const circuit = createCircuit('x', terms, NOW);
  const newer = { settings: { window: { count: 10 }, minCalls: 5 }, since: 2 };
  noteReport(circuit, report({ terms: newer }), NOW);
  expect(noteReport(circuit, report({ calls: 'FF' }), NOW)).toMatchObject({ phase: 'closed', terms: newer });
});

test('coordinator: a closed breaker without members is at rest; one that a person has forced is not', () => {
  const circuit = createCircuit('x', terms, NOW);
  noteReport(circuit, report(), NOW);
  const gone = NOW + 2 * FRESH_MS;
  expect(isAtRest(circuit, gone)).toBe(false);
  settleMembers(circuit, gone);
  expect(isAtRest(circuit, gone)).toBe(true);
  turnCircuit(circuit, { to: 'forced-closed' }, gone);
  expect(isAtRest(circuit, gone + 1e9)).toBe(false);
});

test('coordinator: for all reports, no more probes are under way than allowed, and the state is JSON', () => {
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
      for (const { afterMs, ...sent } of steps) {
        now += afterMs;
        settleMembers(circuit, now);
        // No worker reports a probe that was not granted.
        const has = circuit.members[sent.worker]?.probes ?? 0;
        const isProbing = circuit.state.phase === 'half-open' && sent.epoch === circuit.state.epoch;
        const calls = isProbing ? sent.calls.slice(0, has) : sent.calls;
        const view = noteReport(circuit, report({ ...sent, calls }), now);
        expect(view.granted).toBeLessThanOrEqual(view.phase === 'half-open' ? 2 : 0);
        const underWay = Object.values(circuit.members).reduce((sum, { probes }) => sum + probes, 0);
        expect(underWay).toBeLessThanOrEqual(2);
        circuit = JSON.parse(JSON.stringify(circuit)) as typeof circuit;
      }
    }),
    { numRuns: 2_000 },
  );
});

test('coordinator: the view at a later time shows the figures of that time, and changes nothing', () => {
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

test('breaker details: the markdown shows times of day, and the rates that open the breaker', () => {
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

test('createCircuit: begins closed, with no members', () => {
  expect(createCircuit('x', terms, NOW)).toMatchObject({ agent: 'x', born: NOW, terms, members: {}, heard: NOW });
  expect(viewOf(createCircuit('x', terms, NOW), NOW + 5)).toStrictEqual({
    agent: 'x',
    phase: 'closed',
    born: NOW,
    epoch: 0,
    forMs: 5,
    granted: 0,
    figures: { calls: 0, failed: 0, slow: 0, succeeded: 0, refused: 0 },
    terms,
    workers: 0,
  });
});

test('a report: makes the worker a member', () => {
  const circuit = createCircuit('x', terms, NOW);
  expect(noteReport(circuit, report(), NOW + 1)).toMatchObject({ workers: 1 });
  expect(noteReport(circuit, report({ worker: 'b' }), NOW + 2)).toMatchObject({ workers: 2 });
  expect(circuit).toMatchObject({ heard: NOW + 2, members: { a: { heard: NOW + 1, probes: 0 } } });
});

/** Open since `NOW`, half-open from `LATER` on. */
const LATER = NOW + 10_000;
const opened = () => {
  const circuit = createCircuit('x', terms, NOW);
  noteReport(circuit, report({ calls: 'FF' }), NOW);
  return circuit;
};

test('a report: no more probes are granted than are asked for', () => {
  const circuit = opened();
  expect(noteReport(circuit, report(), LATER)).toMatchObject({ phase: 'half-open', granted: 0 });
  expect(noteReport(circuit, report({ probes: 1 }), LATER)).toMatchObject({ granted: 1 });
  expect(circuit.members['a']!.probes).toBe(1);
  expect(noteReport(circuit, report({ probes: 9 }), LATER)).toMatchObject({ granted: 1 });
  expect(circuit.members['a']!.probes).toBe(2);
});

test('a report: no probes of a closed or an open circuit are granted', () => {
  expect(noteReport(createCircuit('x', terms, NOW), report({ probes: 2 }), NOW)).toMatchObject({ granted: 0 });
  const circuit = opened();
  expect(noteReport(circuit, report({ probes: 2 }), NOW)).toMatchObject({ phase: 'open', granted: 0 });
  expect(circuit.state.refused).toBe(0);
});

test('a report: probes that have succeeded close the circuit, and none is under way any more', () => {
  const circuit = opened();
  noteReport(circuit, report({ probes: 2 }), LATER);
  expect(noteReport(circuit, report({ epoch: 2, calls: 'S' }), LATER)).toMatchObject({ phase: 'half-open' });
  expect(circuit.members['a']!.probes).toBe(1);
  expect(noteReport(circuit, report({ epoch: 2, calls: 'S' }), LATER)).toMatchObject({ phase: 'closed', epoch: 3 });
  expect(circuit.members['a']!.probes).toBe(0);
});

test('a report: calls of before the circuit turned are no probes', () => {
  const circuit = opened();
  noteReport(circuit, report({ probes: 2 }), LATER);
  noteReport(circuit, report({ epoch: 0, calls: 'SS' }), LATER);
  expect(circuit.members['a']!.probes).toBe(2);
});

test('a report: a transition by time leaves no probe under way', () => {
  const circuit = opened();
  noteReport(circuit, report({ probes: 2 }), LATER);
  noteReport(circuit, report({ worker: 'b' }), LATER + 5 * 60_000);
  expect([circuit.state.phase, circuit.members['a']!.probes]).toEqual(['open', 0]);
});

test('a report: an ignored probe makes room for another', () => {
  const circuit = opened();
  noteReport(circuit, report({ probes: 2 }), LATER);
  expect(noteReport(circuit, report({ epoch: 2, calls: 'I', probes: 2 }), LATER)).toMatchObject({ granted: 1 });
});

test('a person: turns it, for a time of its own if they say so', () => {
  const circuit = createCircuit('x', terms, NOW);
  expect(turnCircuit(circuit, { to: 'open', openMs: 77 }, NOW)).toMatchObject({ phase: 'open', waitMs: 77 });
  expect(viewOf(circuit, NOW + 100)).toMatchObject({ phase: 'open', waitMs: 0 });
  expect(turnCircuit(circuit, { to: 'forced-open' }, NOW + 5)).not.toHaveProperty('waitMs');
  expect(circuit.heard).toBe(NOW + 5);
});

test('a person: turning it ends the probes under way', () => {
  const circuit = opened();
  noteReport(circuit, report({ probes: 2 }), LATER);
  turnCircuit(circuit, { to: 'closed' }, LATER);
  expect(circuit.members['a']!.probes).toBe(0);
});

test('a person: brings the terms they know', () => {
  const circuit = createCircuit('x', terms, NOW);
  const newer = { settings: { ...terms.settings, openFor: '1m' }, since: 2 };
  expect(turnCircuit(circuit, { to: 'open', terms: newer }, NOW)).toMatchObject({ waitMs: 60_000, terms: newer });
});

test('a half-open circuit: says nothing of a time to wait', () => {
  const circuit = opened();
  noteReport(circuit, report(), LATER);
  expect(viewOf(circuit, LATER)).not.toHaveProperty('waitMs');
});

test('terms: the same ones of a newer worker keep what was counted, others start again', () => {
  const circuit = createCircuit('x', { settings: { ...terms.settings, minCalls: 4 }, since: 1 }, NOW);
  noteReport(circuit, report({ terms: circuit.terms, calls: 'S' }), NOW);
  const { window, ...rest } = circuit.terms.settings;
  const same = { settings: { ...rest, window }, since: 2 };
  expect(noteReport(circuit, report({ terms: same }), NOW).figures.calls).toBe(1);
  expect(circuit.terms.since).toBe(2);
  const other = { settings: { ...terms.settings, minCalls: 3 }, since: 3 };
  expect(noteReport(circuit, report({ terms: other }), NOW).figures.calls).toBe(0);
});

test('terms: those of as old a worker do not hold', () => {
  const circuit = createCircuit('x', terms, NOW);
  noteReport(circuit, report({ terms: { settings: {}, since: 1 } }), NOW);
  expect(circuit.terms).toBe(terms);
});

test('terms: probes are judged by the window that they began with', () => {
  const circuit = opened();
  noteReport(circuit, report({ probes: 2 }), LATER);
  noteReport(circuit, report({ epoch: 2, calls: 'S', terms: { settings: { probes: 2 }, since: 2 } }), LATER);
  expect(circuit.state.window).toMatchObject({ size: 2, sum: { calls: 1 } });
});

test('settleMembers: a member that is silent for long is gone', () => {
  const circuit = createCircuit('x', terms, NOW);
  noteReport(circuit, report(), NOW);
  settleMembers(circuit, NOW + 2 * FRESH_MS - 1);
  expect(Object.keys(circuit.members)).toEqual(['a']);
  settleMembers(circuit, NOW + 2 * FRESH_MS);
  expect(circuit.members).toEqual({});
});

test('settleMembers: lost probes may be made by others', () => {
  const circuit = opened();
  noteReport(circuit, report({ probes: 2 }), LATER);
  settleMembers(circuit, LATER + PROBE_LOST_MS - 1);
  expect([circuit.state.probes, circuit.members['a']!.probes]).toEqual([0, 2]);
  settleMembers(circuit, LATER + PROBE_LOST_MS);
  expect([circuit.state.probes, circuit.members['a']!.probes]).toEqual([2, 0]);
});

test('isAtRest: a closed circuit after its mirrors, an open one after ten minutes at rest', () => {
  const closed = createCircuit('x', terms, NOW);
  expect([isAtRest(closed, NOW + FRESH_MS - 1), isAtRest(closed, NOW + FRESH_MS)]).toEqual([false, true]);
  const open = createCircuit('x', terms, NOW);
  turnCircuit(open, { to: 'open' }, NOW);
  const rest = LATER + 10 * 60_000;
  expect([isAtRest(open, rest - 1), isAtRest(open, rest)]).toEqual([false, true]);
  turnCircuit(open, { to: 'open', openMs: 1 }, LATER);
  expect([isAtRest(open, rest), isAtRest(open, rest + 1)]).toEqual([false, true]);
});

test.each(['forced-open', 'forced-closed'] as const)('isAtRest: not while it is %s', (to) => {
  const circuit = createCircuit('x', terms, NOW);
  turnCircuit(circuit, { to }, NOW);
  expect(isAtRest(circuit, NOW + 1e12)).toBe(false);
});

test('isAtRest: not while it has members', () => {
  const circuit = createCircuit('x', terms, NOW);
  noteReport(circuit, report(), NOW);
  expect(isAtRest(circuit, NOW + 1e12)).toBe(false);
});

test('a report: a circuit that opens again leaves no probe of any worker under way', () => {
  const three = { settings: { ...terms.settings, probes: 3 }, since: 1 };
  const circuit = createCircuit('x', three, NOW);
  noteReport(circuit, report({ terms: three, calls: 'FF' }), NOW);
  noteReport(circuit, report({ terms: three, probes: 2 }), LATER);
  noteReport(circuit, report({ terms: three, worker: 'b', probes: 1 }), LATER);
  noteReport(circuit, report({ terms: three, epoch: 2, calls: 'FF' }), LATER);
  expect([circuit.state.phase, circuit.members['b']!.probes]).toEqual(['open', 0]);
});

test('a report: a probe that counted as lost, and has succeeded after all, counts', () => {
  const circuit = opened();
  noteReport(circuit, report({ probes: 2 }), LATER);
  settleMembers(circuit, LATER + PROBE_LOST_MS);
  noteReport(circuit, report({ epoch: 2, calls: 'S' }), LATER + PROBE_LOST_MS);
  expect(circuit.state.window.sum.calls).toBe(1);
});

test('a circuit that a person has closed for good: counts no calls', () => {
  const circuit = createCircuit('x', terms, NOW);
  turnCircuit(circuit, { to: 'forced-closed' }, NOW);
  noteReport(circuit, report({ epoch: 1, calls: 'FFFF' }), NOW);
  expect([circuit.state.phase, circuit.state.window.sum.calls]).toEqual(['forced-closed', 0]);
});
