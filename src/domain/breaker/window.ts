// The calls that a breaker judges by: the last n of them, or those of the last n seconds in buckets of one second. Both
// are a ring of tallies, of one call or of one second, and their sum: noting a call costs the same however many there are.
import type { BreakerPolicy } from './settings.js';

export interface Tally {
  calls: number;
  failed: number;
  slow: number;
}

export interface CallWindow {
  readonly by: 'count' | 'time';
  /** Calls or seconds. */
  readonly size: number;
  /** Fewer calls are not judged. */
  readonly least: number;
  readonly sum: Tally;
  readonly ring: (Tally | null)[];
  /** Where the next call goes, or the second that the newest bucket is for. */
  at: number;
}

export function createWindow({ window, minCalls }: Pick<BreakerPolicy, 'window' | 'minCalls'>): CallWindow {
  const by = 'count' in window ? 'count' : 'time';
  const size = 'count' in window ? window.count : window.seconds;
  // A window that cannot hold as many calls would never be judged.
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

/** What it would hold by then, with nothing changed. */
export function sumAt(window: CallWindow, now: number): Tally {
  if (window.by === 'count' || Math.floor(now / 1000) <= window.at) return window.sum;
  const later = { ...window, sum: { ...window.sum }, ring: [...window.ring] };
  passTime(later, now);
  return later.sum;
}

/** Drops what is older than the window. A clock that goes back moves nothing. */
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
