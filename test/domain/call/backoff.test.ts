// The back-off in use, in the simulator of M. Brooker's "Exponential Backoff and Jitter": clients compete to write one row under
// optimistic concurrency, and whoever was too late reads it again after a while.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fullJitterMs, type RetryPolicy } from '../../../src/domain/call/retry.js';
import { seeded } from '../../support/seeded.js';

interface Case {
  readonly clients: number;
  readonly algorithm: string;
  readonly meanTimeMs: number;
  readonly sdTime: number;
  readonly meanCalls: number;
  readonly sdCalls: number;
}

const cases = JSON.parse(readFileSync(new URL('../../cases/backoff.json', import.meta.url), 'utf8')) as Case[];

/** A base of 5 ms is doubled before the first retry, too. */
const POLICY: RetryPolicy = { attempts: Infinity, initialMs: 10, factor: 2, maxMs: 2000 };
const SAMPLES = 400;

type Backoff = (attempt: number, random: number) => number;

/** When the last client had written, and how many writes that took. */
function simulate(clients: number, backoff: Backoff, random: () => number): { timeMs: number; calls: number } {
  const delay = () => Math.abs(10 + 2 * normal(random));
  const queue: Message[] = [];
  const send = (at: number, receive: Message['receive']) => push(queue, { at, receive });
  let [version, calls, timeMs] = [0, 0, 0];
  const read = (at: number, attempt: number) =>
    send(at, (now) => {
      const seen = version;
      send(now + delay(), (then) => send(then + delay(), (late) => write(late, seen, attempt)));
    });
  const write = (at: number, seen: number, attempt: number) => {
    calls++;
    const isLate = seen !== version;
    if (!isLate) version++;
    send(at + delay(), (now) => {
      if (isLate) read(now + delay() + backoff(attempt, random()), attempt + 1);
    });
  };
  for (let client = 0; client < clients; client++) read(delay(), 1);
  for (let next = pop(queue); next !== undefined; next = pop(queue)) next.receive((timeMs = next.at));
  return { timeMs, calls };
}

interface Message {
  readonly at: number;
  receive(this: void, now: number): void;
}

/** A binary heap, the earliest first. */
function push(heap: Message[], message: Message): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    if (heap[above]!.at <= message.at) break;
    heap[place] = heap[above]!;
    place = above;
  }
  heap[place] = message;
}

function pop(heap: Message[]): Message | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let place = 0;
  for (;;) {
    let below = 2 * place + 1;
    if (below + 1 < heap.length && heap[below + 1]!.at < heap[below]!.at) below++;
    if (below >= heap.length || heap[below]!.at >= last.at) break;
    heap[place] = heap[below]!;
    place = below;
  }
  heap[place] = last;
  return first;
}

/** Box and Muller's way from uniform numbers to normal ones. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function measure(clients: number, backoff: Backoff): { timeMs: number; calls: number } {
  const random = seeded(clients);
  const runs = Array.from({ length: SAMPLES }, () => simulate(clients, backoff, random));
  const mean = (of: 'timeMs' | 'calls') => runs.reduce((sum, run) => sum + run[of], 0) / SAMPLES;
  return { timeMs: mean('timeMs'), calls: mean('calls') };
}

const rowOf = (clients: number, algorithm: string): Case =>
  cases.find((one) => one.clients === clients && one.algorithm === algorithm)!;

describe('the back-off in use', () => {
  test.each([10, 50, 100, 190])('costs %i clients what full jitter costs', (clients) => {
    const { timeMs, calls } = measure(clients, (attempt, random) => fullJitterMs(POLICY, attempt, random));
    const expected = rowOf(clients, 'FullJitter');
    expect(Math.abs(timeMs - expected.meanTimeMs)).toBeLessThan(3 * expected.sdTime);
    expect(Math.abs(calls - expected.meanCalls)).toBeLessThan(3 * expected.sdCalls);
  });

  test('is told apart from equal jitter, and from none', () => {
    const ceiling = (attempt: number) => Math.min(POLICY.maxMs, POLICY.initialMs * 2 ** (attempt - 1));
    const full = rowOf(50, 'FullJitter');
    for (const [algorithm, backoff] of [
      ['EqualJitter', (attempt: number, random: number) => (ceiling(attempt) * (1 + random)) / 2],
      ['Exponential', ceiling],
    ] as const) {
      const { timeMs } = measure(50, backoff);
      expect(Math.abs(timeMs - rowOf(50, algorithm).meanTimeMs)).toBeLessThan(3 * rowOf(50, algorithm).sdTime);
      expect(Math.abs(timeMs - full.meanTimeMs)).toBeGreaterThan(3 * full.sdTime);
    }
  });
});
