// What a worker makes of what a pool says, and of the time that passes.
import { assign, beginAnew, isIdle, isKept, KEPT_MS, type Holder, type Turn } from './holder.js';
import type { PoolNews } from './protocol.js';

/** A quarter of the time to live: two turns may be lost, or one may take long, before the leases are lost. */
const TURNS_PER_TTL = 4;
/** The clocks may run at different rates, and a call takes a moment to end: a fifth of the time to live, at most a second. */
const MARGINS_PER_TTL = 5;
const MOST_MARGIN_MS = 1_000;

/** In answer to a turn. The calls whose leases are lost are returned; `session` is the next one's id, if one is needed. */
export function hearAnswer(holder: Holder, turn: Turn, news: PoolNews, now: number, session: string): number[] {
  holder.throttled.splice(0, turn.throttled.length);
  holder.health.splice(0, turn.health.length);
  if (news.lost === true || turn.ends === true) return beginAnew(holder, session);
  const { ttlMs, sentAt } = holder;
  const margin = Math.min(ttlMs / MARGINS_PER_TTL, MOST_MARGIN_MS);
  holder.validUntil = Math.max(holder.validUntil, sentAt + ttlMs - margin);
  const lost = expire(holder, now, session);
  if (holder.session === news.session) take(holder, news, now);
  return lost;
}

/** Pushed by the pool: the same as the next answer, only sooner. */
export function hearPush(holder: Holder, news: PoolNews, now: number): void {
  // What comes before the first answer, or after the last one's time, may hold no more.
  if (holder.session === news.session && now < holder.validUntil) take(holder, news, now);
}

function take(holder: Holder, news: PoolNews, now: number): void {
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
  if (holder.leases.some((lease) => lease.call === undefined && !isKept(holder, lease, now))) holder.isDue = true;
}

/** A turn could not be delivered, or nobody knows whether it was. */
export function missAnswer(holder: Holder, turn: Turn, session: string): void {
  // The pool forgets the session by itself.
  if (turn.ends === true) beginAnew(holder, session);
  else holder.isDue = true;
}

/** Gives up what may no longer be held. The calls whose leases are lost are returned. */
export function expire(holder: Holder, now: number, session: string): number[] {
  const hasSomething = holder.leases.length > 0 || holder.seen > 0;
  return hasSomething && now >= holder.validUntil ? beginAnew(holder, session) : [];
}

/** When the next turn is due; `undefined`: nothing is to be said. */
export function nextTurnAt(holder: Holder): number | undefined {
  if (holder.isDue) return -Infinity;
  if (isIdle(holder)) return holder.turn === 0 ? undefined : holder.sentAt + KEPT_MS;
  const free = holder.leases.filter(({ call }) => call === undefined).map(({ since }) => since + KEPT_MS);
  return Math.min(holder.sentAt + holder.ttlMs / TURNS_PER_TTL, ...free);
}
