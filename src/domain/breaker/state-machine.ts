// The circuit breaker of an agent, as one JSON value, changed in place. It reads no clock: `now` is an argument, in milliseconds since 1970.
// Its semantics are those of resilience4j: https://resilience4j.readme.io/docs/circuitbreaker.
// B1. Closed: it lets all calls through, and opens when the failed or the slow calls of its window reach their rate.
// B2. Open: it lets no call through until its time is over; the first call, or report of a worker, after that makes it half-open.
// B3. Half-open: it lets a limited number of probes through; they alone decide whether it closes or opens again.
// B4. An outcome counts in the epoch in which its call was let through: after a change of phase it is ignored.
import type { BreakerPolicy } from './settings.js';
import { createWindow, noteCall, sumAt, type CallWindow, type Tally } from './window.js';

/** `forced-open` and `forced-closed` are set by a person. `observing`: it counts calls and never opens; only tests set it. */
export type BreakerPhase = 'closed' | 'open' | 'half-open' | 'forced-open' | 'forced-closed' | 'observing';

export interface BreakerState {
  phase: BreakerPhase;
  /** The number of phase changes so far. */
  epoch: number;
  since: number;
  /** When an open breaker lets calls try, or when a half-open one gives up its probes. */
  until?: number;
  window: CallWindow;
  /** Calls that were refused in this phase. */
  refused: number;
  /** How often it has opened since it was closed. */
  opened: number;
  /** Probes that may still be let through. */
  probes: number;
}

/** How a call ended. `ignored`: the outcome is not evidence about the agent, such as a refused input or a cancellation. */
export interface CallOutcome {
  readonly verdict: 'succeeded' | 'failed' | 'ignored';
  readonly ms: number;
  /** The epoch of its permit; absent: the present one. */
  readonly epoch?: number;
}

export type Permission =
  | { readonly permitted: true; readonly epoch: number }
  /** `waitMs`: when to ask again; absent while it is forced open. */
  | { readonly permitted: false; readonly waitMs?: number };

/** Rates in percent; absent while there are too few calls to judge. */
export interface BreakerFigures extends Tally {
  readonly succeeded: number;
  readonly refused: number;
  readonly failureRate?: number;
  readonly slowRate?: number;
}

export const createBreaker = (policy: BreakerPolicy, now: number): BreakerState => ({
  phase: 'closed',
  epoch: 0,
  since: now,
  window: createWindow(policy),
  refused: 0,
  opened: 0,
  probes: 0,
});

export function askPermission(policy: BreakerPolicy, state: BreakerState, now: number): Permission {
  settleTime(policy, state, now);
  const { phase, epoch } = state;
  if (phase === 'half-open' && state.probes > 0) state.probes--;
  else if (phase === 'half-open' || phase === 'open' || phase === 'forced-open') {
    state.refused++;
    return { permitted: false, ...(state.until === undefined ? {} : { waitMs: state.until - now }) };
  }
  return { permitted: true, epoch };
}

export function noteOutcome(policy: BreakerPolicy, state: BreakerState, outcome: CallOutcome, now: number): void {
  const { verdict, ms, epoch = state.epoch } = outcome;
  if (epoch !== state.epoch || state.phase === 'forced-closed') return;
  if (verdict === 'ignored') {
    // The probe gave no evidence: another may take its place.
    if (state.phase === 'half-open') state.probes = Math.min(policy.probes, state.probes + 1);
    return;
  }
  const one = { calls: 1, failed: verdict === 'failed' ? 1 : 0, slow: ms >= policy.slowCallMs ? 1 : 0 };
  noteCall(state.window, one, now);
  judge(policy, state, now);
}

/** Changes the phase if its time is over. */
export function settleTime(policy: BreakerPolicy, state: BreakerState, now: number): void {
  if (state.until === undefined || now < state.until) return;
  turn(policy, state, state.phase === 'open' ? 'half-open' : 'open', now);
}

/** Changes the phase, automatically or by a person's command. `openMs`: how long it stays open. */
export function turn(policy: BreakerPolicy, state: BreakerState, to: BreakerPhase, now: number, openMs?: number): void {
  Object.assign(state, { phase: to, epoch: state.epoch + 1, since: now, refused: 0, probes: 0 });
  delete state.until;
  if (to === 'open') {
    // The window is kept: it shows why the breaker opened.
    state.until = now + (openMs ?? openTime(policy, state.opened));
    state.opened++;
    return;
  }
  if (to === 'half-open') {
    state.until = now + policy.probeForMs;
    state.probes = policy.probes;
  } else state.opened = 0;
  // Probes are judged together, however long they take.
  state.window = createWindow(to === 'half-open' ? { ...policy, window: { count: policy.probes } } : policy);
}

const openTime = ({ openFor: { initialMs, factor, maxMs } }: BreakerPolicy, before: number): number =>
  Math.min(maxMs, initialMs * factor ** before);

export function figuresOf({ window, refused }: BreakerState, now: number): BreakerFigures {
  const { calls, failed, slow } = sumAt(window, now);
  const figures = { calls, failed, slow, succeeded: calls - failed, refused };
  if (calls < window.least) return figures;
  return { ...figures, failureRate: (failed / calls) * 100, slowRate: (slow / calls) * 100 };
}

function judge(policy: BreakerPolicy, state: BreakerState, now: number): void {
  if (state.phase !== 'closed' && state.phase !== 'half-open') return;
  const { failureRate, slowRate } = figuresOf(state, now);
  if (failureRate === undefined || slowRate === undefined) return;
  if (failureRate >= policy.failureRate || slowRate >= policy.slowRate) turn(policy, state, 'open', now);
  else if (state.phase === 'half-open') turn(policy, state, 'closed', now);
}
