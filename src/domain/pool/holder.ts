// A worker's side of a pool: the leases it has, and its calls that wait for one. No clock; `now` is the worker's own, monotonic.
// H1. What it holds it says, as a whole, with every turn; what it leaves out it has given back, and does not use again.
// H2. A lease is not used past `validUntil`: by then the pool may have given it to others.
// H3. A free lease is kept for the next call for a moment, unless others wait. Calls of several workers are served in the order in
//     which they came, to within a slice.
import { sameWant, type Sync, type Throttled, type HealthNews, type Want } from './protocol.js';
import type { LeasedResource } from './settings.js';

/** A lease that is used for one call after another is chosen anew after so long, so that shares stay what the strategy says. */
export const KEPT_MS = 2_000;
/** Where others wait who are no more urgent it serves calls for so long: with a round trip for each short call, that would be most of its time. */
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

export interface Holder {
  readonly worker: string;
  readonly ttlMs: number;
  /** Every call draws on the bucket, so no lease serves two. */
  readonly isMetered: boolean;
  session: string;
  turn: number;
  seen: number;
  leases: HeldLease[];
  /** In the order in which they are served. */
  waiting: WaitingCall[];
  calls: number;
  validUntil: number;
  /** A turn is due before the time of the next. */
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

type Fresh = Pick<Holder, 'worker' | 'ttlMs' | 'isMetered'>;

export const createHolder = (fresh: Fresh, session: string): Holder => ({
  ...fresh,
  ...nothingYet(session),
  waiting: [],
  calls: 0,
  throttled: [],
  health: [],
  isOverruled: false,
  wantsPolicy: false,
});

const nothingYet = (session: string) => ({
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

/** Another session; whoever waits goes on waiting. The calls whose leases are lost are returned. */
export function beginAnew(holder: Holder, session: string): number[] {
  const lost = holder.leases.flatMap(({ call }) => call ?? []);
  Object.assign(holder, nothingYet(session), { isDue: holder.waiting.length > 0 });
  return lost;
}

/** It holds nothing, and wants nothing. */
export const isIdle = ({ leases, waiting }: Holder): boolean => leases.length === 0 && waiting.length === 0;

/** A call that wants a lease. It has it when it is in `leases`; until then it waits. */
export function ask(holder: Holder, want: Want, now: number): number {
  const call = ++holder.calls;
  // Behind those that are as urgent.
  const behind = holder.waiting.findIndex((one) => one.want.priority > want.priority);
  holder.waiting.splice(behind < 0 ? holder.waiting.length : behind, 0, { call, want });
  assign(holder, now);
  if (isWaiting(holder, call)) holder.isDue = true;
  return call;
}

export const leaseOf = ({ leases }: Holder, call: number): HeldLease | undefined =>
  leases.find((lease) => lease.call === call);

const isWaiting = ({ waiting }: Holder, call: number): boolean => waiting.some((one) => one.call === call);

/** Nobody wants it any more. */
export function withdraw(holder: Holder, call: number): void {
  holder.waiting = holder.waiting.filter((one) => one.call !== call);
  holder.isDue = true;
}

/** The call is over; its lease serves the next, or goes back. */
export function release(holder: Holder, call: number, now: number): void {
  const lease = leaseOf(holder, call);
  if (lease === undefined) return;
  delete lease.call;
  assign(holder, now);
  if (lease.call !== undefined || isKept(holder, lease, now)) return;
  drop(holder, lease);
  holder.isDue = true;
}

function drop(holder: Holder, lease: HeldLease): void {
  holder.leases = holder.leases.filter((one) => one !== lease);
  if (!lease.isUsed) holder.spent -= tokensOf(lease.want);
}

/** What a call of the kind is expected to use. */
export const tokensOf = ({ tokens = 1 }: Want): number => tokens;

function isReusable(holder: Holder, { resource, since }: HeldLease, now: number): boolean {
  if (holder.isMetered || holder.giveBack.includes(resource.id)) return false;
  return now < since + (holder.othersWait === undefined ? KEPT_MS : SLICE_MS);
}

/** What suits nobody who waits here may suit another worker. */
export const isKept = (holder: Holder, lease: HeldLease, now: number): boolean =>
  holder.waiting.length === 0 && holder.othersWait === undefined && isReusable(holder, lease, now);

/** Gives what is free to those who wait. */
export function assign(holder: Holder, now: number): void {
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

/** The pool has chosen it for such a call, or for any. */
const suits = (want: Want, { want: granted, resource }: HeldLease): boolean =>
  sameWant(want, granted) || (want.key === granted.key && want.tokens === granted.tokens && want.avoid !== resource.id);

/** A turn, but for the settings that the worker has. */
export type Turn = Omit<Sync, 'config' | 'policy'>;

/** What the worker says next. Nothing else of a session may be under way. */
export function nextTurn(holder: Holder, now: number): Turn {
  for (const lease of [...holder.leases]) {
    if (lease.call === undefined && !isKept(holder, lease, now)) drop(holder, lease);
  }
  const ends = !holder.isDue && isIdle(holder) ? { ends: true } : {};
  holder.turn++;
  holder.isDue = false;
  holder.sentAt = now;
  const held: Record<string, number> = {};
  for (const { resource } of holder.leases) held[resource.id] = (held[resource.id] ?? 0) + 1;
  const wants: { want: Want; count: number }[] = [];
  for (const { want } of holder.waiting) {
    const alike = wants.find((one) => sameWant(one.want, want));
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
