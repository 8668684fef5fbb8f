// The breaker that all workers share: its state, its terms, and which workers have a mirror of it. One JSON value, changed in place;
// `now` is an argument, in milliseconds since 1970.
// C1. A worker that has reported is a member. Every change of phase is pushed to all members.
// C2. A member that has not reported for `2 * FRESH_MS` is removed. If a member has not reported for `PROBE_LOST_MS`, its probes are
//     given to other workers.
// C3. When no worker uses it and it is closed, the Workflow completes; if it is open or half-open, it completes 10 minutes later. The
//     next worker starts a new one, which is closed.
import { canonicalJson } from '../json/canonical.js';
import {
  askPermission,
  createBreaker,
  figuresOf,
  noteOutcome,
  settleTime,
  turn,
  type BreakerState,
} from './state-machine.js';
import { decodeOutcome } from './outcome-letters.js';
import type { BreakerReport, BreakerTerms, BreakerTurn, BreakerView } from './messages.js';
import { breakerPolicy, type BreakerPolicy } from './settings.js';
import { createWindow } from './window.js';

/** How long a mirror is trusted after an answer. */
export const FRESH_MS = 30_000;
/** How often a mirror reports while its probes are under way. */
export const PROBE_RENEWED_MS = 5_000;
/** Tolerates two lost or late reports. */
export const PROBE_LOST_MS = 3 * PROBE_RENEWED_MS;
/** An open breaker is kept for longer: with a new one, all workers would call its agent again at the same time. */
const OPEN_REMEMBERED_MS = 10 * 60_000;

interface Member {
  /** Time of its last report. */
  heard: number;
  /** Probes that it makes, in the epoch of the state. */
  probes: number;
}

export interface Circuit {
  readonly agent: string;
  /** When this Workflow began: epochs count from there. */
  readonly born: number;
  terms: BreakerTerms;
  readonly state: BreakerState;
  readonly members: Record<string, Member>;
  /** Time of the last report or decision. */
  heard: number;
}

export const createCircuit = (agent: string, terms: BreakerTerms, now: number): Circuit => ({
  agent,
  born: now,
  terms,
  state: createBreaker(breakerPolicy(terms.settings), now),
  members: {},
  heard: now,
});

export function noteReport(circuit: Circuit, report: BreakerReport, now: number): BreakerView {
  takeTerms(circuit, report.terms);
  circuit.heard = now;
  const { state, members } = circuit;
  const policy = policyOf(circuit);
  const member = (members[report.worker] ??= { heard: now, probes: 0 });
  member.heard = now;
  for (const letter of report.calls) {
    const { epoch } = state;
    // A probe that was lost has given its place to another already.
    if (letter === 'I' && state.phase === 'half-open' && member.probes === 0) continue;
    if (report.epoch === epoch) member.probes = Math.max(0, member.probes - 1);
    noteOutcome(policy, state, { ...decodeOutcome(letter, policy), epoch: report.epoch }, now);
    if (state.epoch !== epoch) forgetProbes(circuit);
  }
  let granted = 0;
  const { epoch } = state;
  settleTime(policy, state, now);
  if (state.epoch !== epoch) forgetProbes(circuit);
  if (report.probes > 0) settleProbes(circuit, now);
  while (granted < report.probes && state.phase === 'half-open' && askPermission(policy, state, now).permitted)
    granted++;
  member.probes += granted;
  return viewOf(circuit, now, granted);
}

export function turnCircuit(circuit: Circuit, { to, openMs, terms }: BreakerTurn, now: number): BreakerView {
  if (terms !== undefined) takeTerms(circuit, terms);
  circuit.heard = now;
  turn(policyOf(circuit), circuit.state, to, now, openMs);
  forgetProbes(circuit);
  return viewOf(circuit, now);
}

/** Removes the members that no longer report. */
export function settleMembers(circuit: Circuit, now: number): void {
  settleProbes(circuit, now);
  for (const [worker, { heard }] of Object.entries(circuit.members)) {
    if (now - heard >= 2 * FRESH_MS) delete circuit.members[worker];
  }
}

function settleProbes(circuit: Circuit, now: number): void {
  for (const member of Object.values(circuit.members)) {
    if (now - member.heard < PROBE_LOST_MS) continue;
    for (; member.probes > 0; member.probes--) {
      noteOutcome(policyOf(circuit), circuit.state, { verdict: 'ignored', ms: 0 }, now);
    }
  }
}

/** Forced open or closed by a person. */
export const isForced = ({ state }: Circuit): boolean => state.phase.startsWith('forced-');

export function isAtRest(circuit: Circuit, now: number): boolean {
  const { state, members, heard } = circuit;
  // A person's decision is kept.
  if (Object.keys(members).length > 0 || isForced(circuit)) return false;
  if (state.phase === 'closed') return now - heard >= FRESH_MS;
  return now - Math.max(heard, state.until ?? 0) >= OPEN_REMEMBERED_MS;
}

export function viewOf(circuit: Circuit, now: number, granted = 0): BreakerView {
  const { agent, born, state, terms, members } = circuit;
  const { phase, epoch, since, until } = state;
  return {
    agent,
    phase,
    born,
    epoch,
    forMs: now - since,
    ...(phase === 'open' && until !== undefined ? { waitMs: Math.max(0, until - now) } : {}),
    granted,
    figures: figuresOf(state, now),
    terms,
    workers: Object.keys(members).length,
  };
}

const policyOf = ({ terms }: Circuit): BreakerPolicy => breakerPolicy(terms.settings);

function takeTerms(circuit: Circuit, terms: BreakerTerms): void {
  if (terms.since <= circuit.terms.since) return;
  const differ = canonicalJson(terms.settings) !== canonicalJson(circuit.terms.settings);
  circuit.terms = terms;
  if (differ && circuit.state.phase !== 'half-open') circuit.state.window = createWindow(policyOf(circuit));
}

function forgetProbes({ members }: Circuit): void {
  for (const member of Object.values(members)) member.probes = 0;
}
