// How long to wait between two questions about a job: soon at first, for short jobs, then ever less often. A job of thirty minutes costs
// about 130 requests.

export const FIRST_PAUSE_MS = 500;
export const LONGEST_PAUSE_MS = 15_000;
const FACTOR = 1.5;

/** The pauses, in milliseconds, without end. */
export function* pauses(): Generator<number, never> {
  let ms = FIRST_PAUSE_MS;
  for (;;) {
    yield ms;
    ms = Math.min(ms * FACTOR, LONGEST_PAUSE_MS);
  }
}
