// The calls that a breaker judges by: the last n calls, or the calls of the last n seconds in buckets of one second. Both are a ring
// of tallies, of one call or one second each, and their sum. The cost of noting a call does not depend on the size of the window.
import type { BreakerPolicy } from './settings.js';

export interface Tally {
  calls: number;
  failed: number;
  slow: number;
}

export interface CallWindow {
  readonly by: 'count' | 'time';
  /** Number of calls, or of seconds. */
  readonly size: number;
  /** Minimum number of calls to judge by. */
  readonly least: number;
  readonly sum: Tally;
  readonly ring: (Tally | null)[];
  /** The index for the next call, or the second of the newest bucket. */
  at: number;
}

export function createWindow({ window, minCalls }: Pick<BreakerPolicy, 'window' | 'minCalls'>): CallWindow {
  const by = 'count' in window ? 'count' : 'time';
  const size = 'count' in window ? window.count : window.seconds;
  // A window smaller than the minimum would never be judged.
  const least = by === 'count' ? Math.min(minCalls, size) : minCalls;
  return { by, size, least, sum: nothing(), ring: [], at: 0 };
}

/** `now` in milliseconds. */
export function noteCall(window: CallWindow, call: Tally, now: number): void {
  if (window.by === 'count') {
    put(window, window.at, call);
    window.at = (window.at + 1) % window.size;
    return;
  }
  passTime(window, now);
  const place = window.at % window.size;
  put(window, place, plus(window.ring[place] ?? nothing(), call, 1));
}

/** What the window will hold at that time. Does not change it. */
export function sumAt(window: CallWindow, now: number): Tally {
  if (window.by === 'count' || Math.floor(now / 1000) <= window.at) return window.sum;
  const later = { ...window, sum: { ...window.sum }, ring: [...window.ring] };
  passTime(later, now);
  return later.sum;
}

/** Drops the calls that are older than the window. If the clock goes back, nothing changes. */
export function passTime(window: CallWindow, now: number): void {
  if (window.by === 'count') return;
  const second = Math.floor(now / 1000);
  for (let passed = Math.max(window.at, second - window.size) + 1; passed <= second; passed++) {
    put(window, passed % window.size, null);
  }
  window.at = Math.max(window.at, second);
}

const nothing = (): Tally => ({ calls: 0, failed: 0, slow: 0 });

function put(window: CallWindow, place: number, tally: Tally | null): void {
  const before = window.ring[place] ?? nothing();
  while (window.ring.length < place) window.ring.push(null);
  window.ring[place] = tally;
  Object.assign(window.sum, plus(plus(window.sum, before, -1), tally ?? nothing(), 1));
}

const plus = (a: Tally, b: Tally, sign: 1 | -1): Tally => ({
  calls: a.calls + sign * b.calls,
  failed: a.failed + sign * b.failed,
  slow: a.slow + sign * b.slow,
});
