// A worker's side of a pool: its leases, and its calls that wait for one. It reads no clock: `now` is an argument, of the worker's
// own monotonic clock.
// H1. Each turn reports all leases that it holds. A lease that a turn leaves out is returned, and is not used again.
// H2. A lease is not used after `validUntil`: by then the pool may have given it to others.
// H3. A free lease is kept for the next call for a moment, unless others wait. The calls of several workers are served in the order in
//     which they came, with a deviation of at most `SLICE_MS`.
import { isSameWant, type Sync, type Throttled, type HealthNews, type Want } from '../protocol.js';
import type { LeasedResource } from '../settings.js';

/** How long a lease serves one call after another. After that the strategy chooses again, so that shares stay as it distributes them. */
export const KEPT_MS = 2_000;
/** How long a lease serves calls while equally urgent calls of others wait. A round trip for each short call would take most of the time. */
const SLICE_MS = 100;

export interface HeldLease {
  readonly resource: LeasedResource;
  readonly want: Want;
  readonly since: number;
  isUsed: boolean;
  /** The call that uses it. */
  call?: number;
}

export interface WaitingCall {
  readonly call: number;
  readonly want: Want;
}

export interface LeaseHolder {
  readonly worker: string;
  readonly ttlMs: number;
  /** The pool has a token bucket. Every call draws on it, so a lease serves only one call. */
  readonly isMetered: boolean;
  session: string;
  turn: number;
  seen: number;
  leases: HeldLease[];
  /** In the order in which they are served. */
  waiting: WaitingCall[];
  calls: number;
  validUntil: number;
  /** A turn is due immediately. */
  isDue: boolean;
  sentAt: number;
  othersWait: number | undefined;
  giveBack: readonly string[];
  isChecker: boolean;
  isOverruled: boolean;
  wantsPolicy: boolean;
  done: Record<string, number>;
  spent: number;
  throttled: Throttled[];
  health: HealthNews[];
}

type Fresh = Pick<LeaseHolder, 'worker' | 'ttlMs' | 'isMetered'>;

export const createLeaseHolder = (fresh: Fresh, session: string): LeaseHolder => ({
  ...fresh,
  ...emptySession(session),
  waiting: [],
  calls: 0,
  throttled: [],
  health: [],
  isOverruled: false,
  wantsPolicy: false,
});

const emptySession = (session: string) => ({
  session,
  turn: 0,
  seen: 0,
  leases: [] as HeldLease[],
  validUntil: -Infinity,
  isDue: false,
  sentAt: -Infinity,
  othersWait: undefined,
  giveBack: [],
  isChecker: false,
  done: {},
  spent: 0,
});

/** Begins another session. Calls that wait continue to wait. Returns the calls whose leases are lost. */
export function restartSession(holder: LeaseHolder, session: string): number[] {
  const lost = holder.leases.flatMap(({ call }) => call ?? []);
  Object.assign(holder, emptySession(session), { isDue: holder.waiting.length > 0 });
  return lost;
}

/** It holds no lease, and no call waits. */
export const isIdle = ({ leases, waiting }: LeaseHolder): boolean => leases.length === 0 && waiting.length === 0;

/** Requests a lease for a new call, and returns the number of the call. The call waits until `leaseOfCall` returns a lease. */
export function requestLease(holder: LeaseHolder, want: Want, now: number): number {
  const call = ++holder.calls;
  // Behind the calls that are equally urgent.
  const behind = holder.waiting.findIndex((one) => one.want.priority > want.priority);
  holder.waiting.splice(behind < 0 ? holder.waiting.length : behind, 0, { call, want });
  assign(holder, now);
  if (isWaiting(holder, call)) holder.isDue = true;
  return call;
}

export const leaseOfCall = ({ leases }: LeaseHolder, call: number): HeldLease | undefined =>
  leases.find((lease) => lease.call === call);

const isWaiting = ({ waiting }: LeaseHolder, call: number): boolean => waiting.some((one) => one.call === call);

/** The call does not want a lease any more. */
export function withdraw(holder: LeaseHolder, call: number): void {
  holder.waiting = holder.waiting.filter((one) => one.call !== call);
  holder.isDue = true;
}

/** The call has ended. Its lease serves the next call, or is returned. */
export function release(holder: LeaseHolder, call: number, now: number): void {
  const lease = leaseOfCall(holder, call);
  if (lease === undefined) return;
  delete lease.call;
  assign(holder, now);
  if (lease.call !== undefined || isKeptForNextCall(holder, lease, now)) return;
  drop(holder, lease);
  holder.isDue = true;
}

function drop(holder: LeaseHolder, lease: HeldLease): void {
  holder.leases = holder.leases.filter((one) => one !== lease);
  if (!lease.isUsed) holder.spent -= expectedTokens(lease.want);
}

/** Tokens that a call of this kind is expected to use. */
export const expectedTokens = ({ tokens = 1 }: Want): number => tokens;

function isReusable(holder: LeaseHolder, { resource, since }: HeldLease, now: number): boolean {
  if (holder.isMetered || holder.giveBack.includes(resource.id)) return false;
  return now < since + (holder.othersWait === undefined ? KEPT_MS : SLICE_MS);
}

/** If calls wait here that cannot use the lease, it is returned: another worker may use it. */
export const isKeptForNextCall = (holder: LeaseHolder, lease: HeldLease, now: number): boolean =>
  holder.waiting.length === 0 && holder.othersWait === undefined && isReusable(holder, lease, now);

/** Gives free leases to the calls that wait. */
export function assign(holder: LeaseHolder, now: number): void {
  if (now >= holder.validUntil) return;
  for (const lease of holder.leases) {
    if (lease.call !== undefined || (lease.isUsed && !isReusable(holder, lease, now))) continue;
    const leastUrgent = lease.isUsed ? (holder.othersWait ?? Infinity) : Infinity;
    const next = holder.waiting.find(({ want }) => want.priority <= leastUrgent && suits(want, lease));
    if (next === undefined) continue;
    lease.call = next.call;
    lease.isUsed = true;
    holder.waiting = holder.waiting.filter((one) => one !== next);
  }
}

/** Whether the pool chose the resource for a call of this kind, or for any call. */
const suits = (want: Want, { want: granted, resource }: HeldLease): boolean =>
  isSameWant(want, granted) ||
  (want.key === granted.key && want.tokens === granted.tokens && want.avoid !== resource.id);

/** A turn, without the settings of the worker. */
export type Turn = Omit<Sync, 'config' | 'policy'>;

/** The next turn. No other turn of the session may be under way. */
export function nextTurn(holder: LeaseHolder, now: number): Turn {
  for (const lease of [...holder.leases]) {
    if (lease.call === undefined && !isKeptForNextCall(holder, lease, now)) drop(holder, lease);
  }
  const ends = !holder.isDue && isIdle(holder) ? { ends: true } : {};
  holder.turn++;
  holder.isDue = false;
  holder.sentAt = now;
  const held: Record<string, number> = {};
  for (const { resource } of holder.leases) held[resource.id] = (held[resource.id] ?? 0) + 1;
  const wants: { want: Want; count: number }[] = [];
  for (const { want } of holder.waiting) {
    const alike = wants.find((one) => isSameWant(one.want, want));
    if (alike === undefined) wants.push({ want, count: 1 });
    else alike.count++;
  }
  const { worker, session, turn, seen, done, spent, throttled, health } = holder;
  return {
    ...ends,
    worker,
    session,
    turn,
    seen,
    held,
    wants,
    done: { ...done },
    spent,
    throttled: [...throttled],
    health: [...health],
  };
}
