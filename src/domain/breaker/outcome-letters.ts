// The outcome of a call as one letter of a report: `S` succeeded, `F` failed, `s` and `f` the same but slow, `I` ignored.
// A letter keeps whether the call was slow, not how long it took.
import type { CallOutcome } from './state-machine.js';
import type { BreakerPolicy } from './settings.js';

type SlowCalls = Pick<BreakerPolicy, 'slowCallMs'>;

export function encodeOutcome({ verdict, ms }: CallOutcome, { slowCallMs }: SlowCalls): string {
  if (verdict === 'ignored') return 'I';
  const letter = verdict === 'succeeded' ? 'S' : 'F';
  return ms >= slowCallMs ? letter.toLowerCase() : letter;
}

export function decodeOutcome(letter: string, { slowCallMs }: SlowCalls): CallOutcome {
  if (letter === 'I') return { verdict: 'ignored', ms: 0 };
  const isSlow = letter === letter.toLowerCase();
  return { verdict: letter.toUpperCase() === 'S' ? 'succeeded' : 'failed', ms: isSlow ? slowCallMs : 0 };
}
