// The mirror of one worker, against views that the test makes.
import { expect, test } from 'vitest';
import { FRESH_MS, PROBE_RENEWED_MS } from '../../../src/domain/breaker/coordinator.js';
import type { BreakerSettings } from '../../../src/domain/breaker/settings.js';
import type { BreakerView } from '../../../src/domain/breaker/messages.js';
import {
  ask,
  askAgain,
  createMirror,
  recheck,
  RETRY_REPORT_MS,
  type MirrorState,
} from '../../../src/domain/breaker/mirror.js';
import { missAnswer, nextReport, note, take, takeAnswer } from '../../../src/domain/breaker/mirror-report.js';
import type { CallOutcome } from '../../../src/domain/breaker/state-machine.js';

const NOW = 1_000_000;
const SETTINGS: BreakerSettings = { window: { count: 10 }, minCalls: 4, openFor: '10s', probes: 2 };
const terms = { settings: SETTINGS, since: 1 };
const view = (more: Partial<BreakerView> = {}): BreakerView => ({
  ...{ agent: 'x', phase: 'closed', born: 1, epoch: 0, forMs: 0, granted: 0, terms, workers: 1 },
  figures: { calls: 4, failed: 4, slow: 0, succeeded: 0, refused: 0 },
  ...more,
});

/** A mirror that has just been answered. */
function mirrorOf(more: Partial<BreakerView> = {}, settings = SETTINGS): MirrorState {
  const mirror = createMirror('w', { ...terms, settings }, NOW);
  take(mirror, view(more), NOW);
  return mirror;
}

function noteAll(mirror: MirrorState, verdicts: readonly CallOutcome['verdict'][], now = NOW): void {
  for (const verdict of verdicts) note(mirror, 0, { verdict, ms: 1 }, now);
}

test('mirror: without an answer for 30 s, the next call waits for one', () => {
  const mirror = mirrorOf();
  expect(ask(mirror, NOW + FRESH_MS - 1)).toEqual({ permitted: true, epoch: 0 });
  expect(ask(mirror, NOW + FRESH_MS)).toEqual({ waitsFor: 'answer' });
  expect(askAgain(mirror, NOW + FRESH_MS)).toEqual({ permitted: true, epoch: 0 });
});

test('mirror: once the Workflow was unreachable, calls go through and a report is due in the background', () => {
  const mirror = createMirror('w', terms, NOW);
  expect(ask(mirror, NOW)).toEqual({ waitsFor: 'answer' });
  expect(missAnswer(mirror, nextReport(mirror), NOW)).toEqual({ isFirst: true, decisions: [] });
  expect(ask(mirror, NOW + 1)).toEqual({ permitted: true, epoch: -1 });
  expect(mirror.reportAt).toBe(NOW + RETRY_REPORT_MS);
});

test('mirror: with whenUnreachable "refuse", an unreachable Workflow refuses all calls', () => {
  const mirror = createMirror('w', { ...terms, settings: { ...SETTINGS, whenUnreachable: 'refuse' } }, NOW);
  missAnswer(mirror, nextReport(mirror), NOW);
  expect(ask(mirror, NOW)).toEqual({
    permitted: false,
    waitMs: RETRY_REPORT_MS,
    why: 'its circuit breaker cannot be reached, and its setting whenUnreachable is "refuse"',
  });
});

test.each([
  ['successes', ['succeeded', 'succeeded'], 5_000],
  ['a failure among successes', ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'failed'], 1_000],
  ['two failures in a row', ['failed', 'failed'], 100],
  ['failures that would open the breaker', ['failed', 'failed', 'failed', 'failed'], 0],
] as const)('mirror: %s are reported within their time', (_, verdicts, ms) => {
  const mirror = mirrorOf();
  noteAll(mirror, verdicts);
  expect(mirror.reportAt).toBe(NOW + ms);
});

test('mirror: a thousand outcomes are reported immediately', () => {
  const mirror = mirrorOf();
  noteAll(mirror, Array<'succeeded'>(999).fill('succeeded'), NOW);
  expect(mirror.reportAt).toBe(NOW + 5_000);
  noteAll(mirror, ['succeeded'], NOW + 1);
  expect(mirror.reportAt).toBe(NOW + 1);
});

test('mirror: failures that would open the breaker hold calls back until the Workflow has judged them', () => {
  const mirror = mirrorOf();
  noteAll(mirror, ['failed', 'failed', 'failed', 'failed']);
  const why = 'its circuit breaker may be opening: too many calls have failed';
  expect(ask(mirror, NOW)).toEqual({ permitted: false, waitMs: 500, why });
  const report = nextReport(mirror);
  expect(report).toMatchObject({ worker: 'w', epoch: 0, calls: 'FFFF', probes: 0 });
  expect(ask(mirror, NOW)).toMatchObject({ permitted: false });
  takeAnswer(mirror, report, view(), NOW);
  expect(ask(mirror, NOW)).toEqual({ permitted: true, epoch: 0 });
});

test('mirror: an open breaker refuses calls for its time; then a call waits for a probe', () => {
  const mirror = mirrorOf({ phase: 'open', epoch: 1, waitMs: 10_000 });
  const why = 'its circuit breaker is open: 4 of 4 calls failed';
  expect(ask(mirror, NOW + 4_000)).toEqual({ permitted: false, waitMs: 6_000, why });
  expect(ask(mirror, NOW + 10_000)).toEqual({ waitsFor: 'probe' });
  expect(mirror.reportAt).toBe(NOW + 10_000);
});

test('mirror: calls beyond the number of probes are refused without a request, and so are calls soon after a request that was refused', () => {
  const mirror = mirrorOf({ phase: 'half-open', epoch: 2 });
  const decisions = [1, 2, 3].map(() => ask(mirror, NOW));
  expect(decisions.slice(0, 2)).toEqual([{ waitsFor: 'probe' }, { waitsFor: 'probe' }]);
  expect(decisions[2]).toMatchObject({ permitted: false, waitMs: 500 });
  const report = nextReport(mirror);
  expect(report.probes).toBe(2);
  const answer = takeAnswer(mirror, report, view({ phase: 'half-open', epoch: 2, granted: 1 }), NOW);
  expect(answer.decisions).toMatchObject([
    { permitted: true, epoch: 2 },
    { permitted: false, waitMs: 500 },
  ]);
  expect(ask(mirror, NOW + 499)).toMatchObject({ permitted: false });
  expect(ask(mirror, NOW + 500)).toEqual({ waitsFor: 'probe' });
});

test('mirror: while a probe is under way, a report is due every 5 s', () => {
  const mirror = mirrorOf({ phase: 'half-open', epoch: 2 });
  ask(mirror, NOW);
  takeAnswer(mirror, nextReport(mirror), view({ phase: 'half-open', epoch: 2, granted: 1 }), NOW);
  expect(mirror.reportAt).toBe(NOW + PROBE_RENEWED_MS);
  const later = NOW + PROBE_RENEWED_MS;
  takeAnswer(mirror, nextReport(mirror), view({ phase: 'half-open', epoch: 2 }), later);
  expect(mirror.reportAt).toBe(later + PROBE_RENEWED_MS);
  note(mirror, 2, { verdict: 'succeeded', ms: 1 }, later);
  takeAnswer(mirror, nextReport(mirror), view({ epoch: 3 }), later);
  expect(mirror.reportAt).toBeUndefined();
});

test('mirror: the outcomes of a report that failed are due again, before those that came later', () => {
  const mirror = mirrorOf();
  noteAll(mirror, ['failed']);
  const report = nextReport(mirror);
  noteAll(mirror, ['succeeded']);
  missAnswer(mirror, report, NOW);
  const again = nextReport(mirror);
  expect(again.calls).toBe('FS');
  missAnswer(mirror, again, NOW);
  expect(mirror.reportAt).toBe(NOW + RETRY_REPORT_MS);
});

test('mirror: the outcomes of a report that failed are dropped if the epoch has changed since', () => {
  const mirror = mirrorOf();
  noteAll(mirror, ['failed']);
  const report = nextReport(mirror);
  take(mirror, view({ phase: 'half-open', epoch: 2 }), NOW);
  missAnswer(mirror, report, NOW);
  expect(nextReport(mirror)).toMatchObject({ epoch: 2, calls: '' });
});

test('mirror: a probe that is granted too late, when the breaker has opened again, is not made', () => {
  const mirror = mirrorOf({ phase: 'half-open', epoch: 2 });
  ask(mirror, NOW);
  const report = nextReport(mirror);
  take(mirror, view({ phase: 'open', epoch: 3, waitMs: 10_000 }), NOW);
  const { decisions } = takeAnswer(mirror, report, view({ phase: 'half-open', epoch: 2, granted: 1 }), NOW);
  expect(decisions).toMatchObject([{ permitted: false, waitMs: 10_000 }]);
  expect(mirror.probesUnderWay).toBe(0);
});

test('mirror: a view that is older than the one that is known changes nothing', () => {
  const mirror = mirrorOf({ phase: 'open', epoch: 3, waitMs: 10_000 });
  const before = structuredClone(mirror);
  expect(take(mirror, view({ epoch: 2 }), NOW + 1)).toEqual({ isStale: true, hasTurned: false });
  expect(mirror).toEqual(before);
});

test('mirror: a call that was let through may not begin once the breaker is open', () => {
  const mirror = mirrorOf();
  expect(recheck(mirror, 0, NOW)).toEqual({ permitted: true, epoch: 0 });
  take(mirror, view({ phase: 'open', epoch: 1, waitMs: 10_000 }), NOW);
  expect(recheck(mirror, 0, NOW)).toMatchObject({ permitted: false, waitMs: 10_000 });
});

test('mirror: a change of phase is worth a log line, the first view of a closed breaker is not', () => {
  const mirror = createMirror('w', terms, NOW);
  expect(take(mirror, view(), NOW).hasTurned).toBe(false);
  expect(take(mirror, view(), NOW).hasTurned).toBe(false);
  expect(take(mirror, view({ phase: 'open', epoch: 1 }), NOW).hasTurned).toBe(true);
  expect(take(createMirror('w', terms, NOW), view({ phase: 'open', epoch: 1 }), NOW).hasTurned).toBe(true);
});
