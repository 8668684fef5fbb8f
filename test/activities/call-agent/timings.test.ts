// What an attempt notes of the attempts before it, for the next one and for the run.
import { expect, test } from 'vitest';
import { Timings } from '../../../src/activities/call-agent/timings.js';
import type { AttemptTiming } from '../../../src/domain/trace/record.js';

const opened = (noted: readonly AttemptTiming[], before = noted.length): Timings =>
  new Timings(noted, { before, firstMs: 1_000, lostMs: 9_000 });

test('timings: of a call without a trace that succeeds immediately, nothing is noted', () => {
  const timings = opened([]);
  timings.begin();
  timings.end();
  expect([timings.noted(), timings.reported()]).toEqual([undefined, undefined]);
});

test('timings: an attempt that failed is noted with its reason, and reported by the attempt after it', () => {
  const first = opened([]);
  first.begin();
  first.end('AgentFailed', 'x'.repeat(5_000));
  expect(first.reported()).toBeUndefined();
  const second = opened(first.noted()!);
  second.begin();
  second.end();
  expect(second.number).toBe(2);
  expect(second.reported()).toEqual([
    {
      from: expect.any(Number) as number,
      to: expect.any(Number) as number,
      error: 'AgentFailed',
      message: expect.stringMatching(/^x{199}…$/) as string,
    },
    { from: expect.any(Number) as number, to: expect.any(Number) as number },
  ]);
});

test('timings: an attempt that left no note was lost between the times of the server', () => {
  const after = opened([{ from: 1_100, to: 1_500, error: 'Timeout' }], 2);
  expect(after.number).toBe(3);
  expect(after.noted()!.at(-1)).toEqual({ from: 1_500, to: 9_000, error: 'Interrupted', approximate: true });
});

test('timings: of 100 attempts without a trace the last 30 are noted, and each keeps its number', () => {
  let noted: AttemptTiming[] = [];
  for (let number = 1; number <= 100; number++) {
    const timings = opened(noted, number - 1);
    expect(timings.number).toBe(number);
    timings.begin();
    timings.end('AgentFailed', `try ${number}`);
    noted = timings.noted()!;
  }
  expect(noted).toHaveLength(30);
  expect(noted[0]).toMatchObject({ number: 71, message: 'try 71' });
  expect(noted.filter(({ number }) => number !== undefined)).toHaveLength(1);
});

test('timings: a trace has all attempts', () => {
  let noted: AttemptTiming[] = [];
  for (let number = 1; number <= 40; number++) {
    const timings = opened(noted);
    timings.isTraced = true;
    timings.end('AgentFailed', 'down');
    noted = timings.noted()!;
  }
  expect(noted).toHaveLength(40);
});
