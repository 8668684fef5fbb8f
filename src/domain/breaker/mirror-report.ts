// What a mirror reports to the Workflow of its breaker, and what it makes of the answers. One report is under way at a time.
// MR1. An outcome counts in the epoch in which its call was let through: a change of epoch drops what has not been reported.
// MR2. The outcomes of a report that failed are reported again. If the Workflow took them and its answer was lost, they count twice.
// MR3. A view that is older than what the mirror knows changes nothing, and the probes that it grants are not made.
import { FRESH_MS, PROBE_RENEWED_MS } from './coordinator.js';
import type { BreakerReport, BreakerView } from './messages.js';
import {
  BRIEF_WAIT_MS,
  decideAlone,
  decideWithoutProbe,
  epochOf,
  policyOf,
  reportWithin,
  type CallPermit,
  type CallRefusal,
  type MirrorState,
} from './mirror.js';
import { encodeOutcome } from './outcome-letters.js';
import { createBreaker, noteOutcome, turn, type CallOutcome } from './state-machine.js';

/** How soon outcomes are reported: successes lazily, failures within a second, many failures almost immediately. */
const REPORT_WITHIN_MS = { calm: 5_000, failing: 1_000, worrying: 100 } as const;
/** Outcomes that are reported immediately; after reports that failed, no more are kept. */
const MAX_BATCH = 1_000;

/** Notes the outcome of a call that was let through in this epoch. */
export function note(mirror: MirrorState, epoch: number, outcome: CallOutcome, now: number): void {
  if (epoch !== epochOf(mirror)) return;
  const { own } = mirror;
  const policy = policyOf(mirror);
  const { phase } = own;
  mirror.probesUnderWay = Math.max(0, mirror.probesUnderWay - 1);
  if (outcome.verdict !== 'ignored') mirror.failedInARow = outcome.verdict === 'failed' ? mirror.failedInARow + 1 : 0;
  noteOutcome(policy, own, outcome, now);
  mirror.calls += encodeOutcome(outcome, policy);
  const isUrgent = phase !== own.phase || mirror.known?.phase === 'half-open' || mirror.calls.length >= MAX_BATCH;
  reportWithin(mirror, isUrgent ? 0 : reportDelay(mirror), now);
}

/** The next report, with everything that has gathered. */
export function nextReport(mirror: MirrorState): BreakerReport {
  const { worker, terms, calls, probesWanted: probes } = mirror;
  Object.assign(mirror, { calls: '', probesWanted: 0 });
  delete mirror.reportAt;
  return { worker, terms, epoch: Math.max(0, epochOf(mirror)), calls, probes };
}

export interface ViewEffect {
  /** The phase is another than before, which is worth a log line. */
  readonly hasTurned: boolean;
  /** A newer view came first. */
  readonly isStale: boolean;
}

/** Takes a view, pushed or answered. */
export function take(mirror: MirrorState, view: BreakerView, now: number): ViewEffect {
  const before = mirror.known;
  const { phase, born, epoch, figures, waitMs = 0 } = view;
  if (before?.born === born && epoch < before.epoch) return { isStale: true, hasTurned: false };
  mirror.known = { phase, born, epoch, figures, until: now + waitMs };
  mirror.freshUntil = now + FRESH_MS;
  if (before?.epoch !== epoch) Object.assign(mirror, { calls: '', probesUnderWay: 0 });
  // The Workflow has judged everything that this worker reported, so the worker's own judgement restarts from its phase.
  const isJudged = mirror.own.phase !== phase && mirror.calls === '';
  if (before?.epoch !== epoch || before.born !== born || isJudged) {
    const policy = policyOf(mirror);
    mirror.own = createBreaker(policy, now);
    if (phase !== 'closed') turn(policy, mirror.own, phase, now, waitMs);
    mirror.failedInARow = 0;
  }
  return { isStale: false, hasTurned: before?.phase !== phase && (before !== undefined || phase !== 'closed') };
}

export interface ReportEffect {
  readonly hasTurned: boolean;
  /** For the calls that waited for probes, in their order. */
  readonly decisions: readonly (CallPermit | CallRefusal)[];
}

/** Takes the answer to a report. */
export function takeAnswer(mirror: MirrorState, report: BreakerReport, view: BreakerView, now: number): ReportEffect {
  delete mirror.failedAt;
  const { isStale, hasTurned } = take(mirror, view, now);
  const granted = isStale ? 0 : view.granted;
  mirror.probesUnderWay += granted;
  if (view.phase === 'half-open' && granted < report.probes) mirror.quietUntil = now + BRIEF_WAIT_MS;
  const decisions = Array.from({ length: report.probes }, (_, index) =>
    index < granted ? ({ permitted: true, epoch: view.epoch } as const) : decideWithoutProbe(mirror, now),
  );
  scheduleNext(mirror, now);
  return { hasTurned, decisions };
}

/** The report was not answered in time. `isFirst`: the one before was, so it is worth a log line. */
export function missAnswer(
  mirror: MirrorState,
  report: BreakerReport,
  now: number,
): Pick<ReportEffect, 'decisions'> & { readonly isFirst: boolean } {
  const isFirst = mirror.failedAt === undefined;
  mirror.failedAt = now;
  // The next call finds out that the mirror is not fresh.
  mirror.freshUntil = 0;
  if (report.epoch === Math.max(0, epochOf(mirror))) mirror.calls = (report.calls + mirror.calls).slice(-MAX_BATCH);
  const decisions = Array.from({ length: report.probes }, () => decideAlone(mirror, now));
  scheduleNext(mirror, now);
  return { isFirst, decisions };
}

/** For what has gathered meanwhile, and for probes that go on (M4). */
function scheduleNext(mirror: MirrorState, now: number): void {
  if (mirror.calls !== '') reportWithin(mirror, reportDelay(mirror), now);
  if (mirror.probesUnderWay > 0) reportWithin(mirror, PROBE_RENEWED_MS, now);
}

/** How long the outcomes that have gathered may wait. */
function reportDelay({ own, calls, failedInARow, terms }: MirrorState): number {
  if (failedInARow === 0 && !/[Ff]/.test(calls)) return REPORT_WITHIN_MS.calm;
  const { sum } = own.window;
  const { failureRate } = policyOf({ terms });
  const isWorrying = failedInARow >= 2 || (sum.failed / Math.max(1, sum.calls)) * 100 >= failureRate / 2;
  return isWorrying ? REPORT_WITHIN_MS.worrying : REPORT_WITHIN_MS.failing;
}
