// A worker's mirror of one breaker, as one JSON value, changed in place. It reads no clock: `now` is an argument, in milliseconds.
// M1. While the breaker is closed, no call waits for the Workflow: outcomes are reported in batches, and the Workflow pushes
//     every change of phase.
// M2. The worker judges its own calls by the same rules. If they would open the breaker, it lets no call through until the
//     Workflow, which knows the calls of all workers, has answered.
// M3. A mirror without an answer or a push for `FRESH_MS` requests an answer before it lets a call through.
// M4. While the worker makes probes, it reports every `PROBE_RENEWED_MS`; otherwise the Workflow gives its probes to others.
// M5. While the Workflow is unreachable, the worker decides by its own calls alone, or refuses all calls, as configured.
import { askPermission, createBreaker, type BreakerState } from './state-machine.js';
import type { BreakerTerms, BreakerView } from './messages.js';
import { breakerPolicy, type BreakerPolicy } from './settings.js';
import { callsText } from './text.js';

/** Minimum interval between a report that failed and the next one. */
export const RETRY_REPORT_MS = 5_000;
/** How long a refused call waits while an answer is due, or while all probes are taken. */
export const BRIEF_WAIT_MS = 500;

/** What the Workflow last answered or pushed. */
interface KnownBreaker extends Pick<BreakerView, 'phase' | 'born' | 'epoch' | 'figures'> {
  /** When an open breaker lets calls try. */
  readonly until: number;
}

export interface MirrorState {
  /** The worker's own Task Queue. */
  readonly worker: string;
  readonly terms: BreakerTerms;
  /** The worker's own judgement, by its calls alone, in this epoch. */
  own: BreakerState;
  /** Absent before the first answer. */
  known?: KnownBreaker;
  /** `known` is trusted until then. */
  freshUntil: number;
  /** Outcomes that no report has carried yet, a letter each. */
  calls: string;
  /** Calls that wait for a probe, and that no report has carried yet. */
  probesWanted: number;
  /** Probes that this worker makes, in this epoch. */
  probesUnderWay: number;
  /** When the next report is due; absent: there is nothing to report. */
  reportAt?: number;
  /** When the last report failed; absent if it was answered. */
  failedAt?: number;
  /** No probe is requested until then: the last request was not granted in full. */
  quietUntil: number;
  failedInARow: number;
}

export interface CallPermit {
  readonly permitted: true;
  readonly epoch: number;
}

export interface CallRefusal {
  readonly permitted: false;
  /** Milliseconds until it is worth trying again, without jitter. */
  readonly waitMs: number;
  /** For people. */
  readonly why: string;
}

/** `answer`: the caller sends a report now, and asks again when it has ended. `probe`: the answer to the next report decides. */
export interface CallWait {
  readonly waitsFor: 'answer' | 'probe';
}

export const createMirror = (worker: string, terms: BreakerTerms, now: number): MirrorState => ({
  worker,
  terms,
  own: createBreaker(breakerPolicy(terms.settings), now),
  freshUntil: 0,
  calls: '',
  probesWanted: 0,
  probesUnderWay: 0,
  quietUntil: 0,
  failedInARow: 0,
});

export const policyOf = ({ terms }: Pick<MirrorState, 'terms'>): BreakerPolicy => breakerPolicy(terms.settings);

/** The epoch of the calls that are let through now; -1 before the first answer. */
export const epochOf = ({ known }: MirrorState): number => known?.epoch ?? -1;

export const isFresh = ({ known, freshUntil }: MirrorState, now: number): boolean =>
  known !== undefined && now < freshUntil;

export function ask(mirror: MirrorState, now: number): CallPermit | CallRefusal | CallWait {
  if (!isFresh(mirror, now) && mirror.failedAt === undefined) return { waitsFor: 'answer' };
  // Once the Workflow was unreachable, no call waits for it: the report is sent in the background.
  if (!isFresh(mirror, now)) reportWithin(mirror, 0, now);
  return askAgain(mirror, now);
}

/** For a call that has waited for an answer, whether or not one came. */
export function askAgain(mirror: MirrorState, now: number): CallPermit | CallRefusal | CallWait {
  if (!isFresh(mirror, now)) return decideAlone(mirror, now);
  return decideByPhase(mirror, now) ?? requestProbe(mirror, now);
}

/** Whether a call that was let through in this epoch may still begin. */
export function recheck(mirror: MirrorState, epoch: number, now: number): CallPermit | CallRefusal {
  const phase = mirror.known?.phase;
  const isAsBefore = epochOf(mirror) === epoch && (phase === undefined || phase === 'half-open');
  return isAsBefore ? { permitted: true, epoch } : decideWithoutProbe(mirror, now);
}

/** By the phase that is known; a call that needs a probe is refused. */
export const decideWithoutProbe = (mirror: MirrorState, now: number): CallPermit | CallRefusal =>
  decideByPhase(mirror, now) ?? refusal(mirror, BRIEF_WAIT_MS);

/** Without the Workflow (M5). */
export function decideAlone(mirror: MirrorState, now: number): CallPermit | CallRefusal {
  const { own, terms } = mirror;
  if (terms.settings.whenUnreachable === 'refuse') {
    const why = 'its circuit breaker cannot be reached, and its setting whenUnreachable is "refuse"';
    return { permitted: false, waitMs: RETRY_REPORT_MS, why };
  }
  const policy = policyOf(mirror);
  if (own.phase === 'forced-open') return refusal(mirror, policy.openFor.initialMs);
  const permission = askPermission(policy, own, now);
  if (permission.permitted) return { permitted: true, epoch: epochOf(mirror) };
  const { waitMs = BRIEF_WAIT_MS } = permission;
  return { permitted: false, waitMs, why: 'its circuit breaker is open in this worker' };
}

/** The next report is due within this time, but not within `RETRY_REPORT_MS` of one that failed. */
export function reportWithin(mirror: MirrorState, ms: number, now: number): void {
  const at = Math.max(now + ms, (mirror.failedAt ?? -Infinity) + RETRY_REPORT_MS);
  mirror.reportAt = Math.min(mirror.reportAt ?? Infinity, at);
}

/** `undefined`: the call needs a probe. */
function decideByPhase(mirror: MirrorState, now: number): CallPermit | CallRefusal | undefined {
  const { phase, until, epoch } = mirror.known!;
  if (phase === 'forced-open') return refusal(mirror, policyOf(mirror).openFor.initialMs);
  if (phase === 'open') return now < until ? refusal(mirror, until - now) : undefined;
  if (phase === 'half-open') return undefined;
  if (mirror.own.phase === 'open' && phase === 'closed') return refusal(mirror, BRIEF_WAIT_MS);
  return { permitted: true, epoch };
}

function requestProbe(mirror: MirrorState, now: number): CallRefusal | CallWait {
  const isFull = mirror.probesWanted >= policyOf(mirror).probes;
  if (now < mirror.quietUntil || isFull) return refusal(mirror, BRIEF_WAIT_MS);
  mirror.probesWanted++;
  mirror.reportAt = now;
  return { waitsFor: 'probe' };
}

function refusal({ known }: MirrorState, waitMs: number): CallRefusal {
  const { phase, figures } = known!;
  const state =
    phase === 'closed' ? 'may be opening: too many calls have failed' : `is ${phase}: ${callsText({ figures })}`;
  return { permitted: false, waitMs, why: `its circuit breaker ${state}` };
}
