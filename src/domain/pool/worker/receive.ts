// How a worker takes the news of a pool, and what changes for it as time passes.
import { assign, restartSession, isIdle, isKeptForNextCall, KEPT_MS, type LeaseHolder, type Turn } from './leases.js';
import type { PoolNews } from '../protocol.js';

/** A turn is due after a quarter of the time to live: two turns may be lost, or one may take long, before the leases are lost. */
const TURNS_PER_TTL = 4;
/** The margin is a fifth of the time to live, at most a second: clocks run at different rates, and a call takes a moment to end. */
const MARGINS_PER_TTL = 5;
const MOST_MARGIN_MS = 1_000;

/** Takes the answer to a turn. Returns the calls whose leases are lost. `session`: the id of the next session, if one is needed. */
export function takeAnswer(holder: LeaseHolder, turn: Turn, news: PoolNews, now: number, session: string): number[] {
  holder.throttled.splice(0, turn.throttled.length);
  holder.health.splice(0, turn.health.length);
  if (news.lost === true || turn.ends === true) return restartSession(holder, session);
  const { ttlMs, sentAt } = holder;
  const margin = Math.min(ttlMs / MARGINS_PER_TTL, MOST_MARGIN_MS);
  holder.validUntil = Math.max(holder.validUntil, sentAt + ttlMs - margin);
  const lost = expire(holder, now, session);
  if (holder.session === news.session) take(holder, news, now);
  return lost;
}

/** Takes a push of the pool: it contains the same as the next answer, and comes sooner. */
export function takePush(holder: LeaseHolder, news: PoolNews, now: number): void {
  // Before the first answer, or when the leases have expired, a push may be out of date.
  if (holder.session === news.session && now < holder.validUntil) take(holder, news, now);
}

function take(holder: LeaseHolder, news: PoolNews, now: number): void {
  const { othersWait, giveBack, isChecker, isOverruled, wantsPolicy } = news;
  Object.assign(holder, { othersWait, giveBack, isChecker, isOverruled });
  if (wantsPolicy) Object.assign(holder, { wantsPolicy, isDue: true });
  const fresh = news.grants.filter(({ version }) => version > holder.seen);
  for (const { version, resource: id, want, count } of fresh) {
    const resource = { id, labels: {}, ...news.resources[id] };
    for (let n = 0; n < count; n++) holder.leases.push({ resource, want, since: now, isUsed: false });
    holder.seen = Math.max(holder.seen, version);
  }
  assign(holder, now);
  if (holder.leases.some((lease) => lease.call === undefined && !isKeptForNextCall(holder, lease, now)))
    holder.isDue = true;
}

/** A turn was not answered. The pool may have taken it. */
export function missAnswer(holder: LeaseHolder, turn: Turn, session: string): void {
  // The pool ends the session by itself.
  if (turn.ends === true) restartSession(holder, session);
  else holder.isDue = true;
}

/** Gives up leases that have expired. Returns the calls that used them. */
export function expire(holder: LeaseHolder, now: number, session: string): number[] {
  const hasSomething = holder.leases.length > 0 || holder.seen > 0;
  return hasSomething && now >= holder.validUntil ? restartSession(holder, session) : [];
}

/** When the next turn is due; `undefined`: none is. */
export function nextTurnAt(holder: LeaseHolder): number | undefined {
  if (holder.isDue) return -Infinity;
  if (isIdle(holder)) return holder.turn === 0 ? undefined : holder.sentAt + KEPT_MS;
  const free = holder.leases.filter(({ call }) => call === undefined).map(({ since }) => since + KEPT_MS);
  return Math.min(holder.sentAt + holder.ttlMs / TURNS_PER_TTL, ...free);
}
