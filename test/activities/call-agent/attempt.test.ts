// Attempts whose input could not be read: they fail before any code of Baton runs, and must not count.
import type { Info } from '@temporalio/activity';
import { expect, test } from 'vitest';
import { notesOf, openAttempt } from '../../../src/activities/call-agent/attempt.js';

const info = (attempt: number, heartbeatDetails?: object, waitedMs = 0): Info =>
  ({
    attempt,
    heartbeatDetails,
    heartbeatTimeoutMs: 30_000,
    scheduledTimestampMs: 0,
    currentAttemptScheduledTimestampMs: waitedMs,
  }) as Info;

test('attempt: those whose input could not be read do not count', () => {
  const attempt = openAttempt(info(4, undefined, 7_000), true);
  expect(attempt).toMatchObject({ number: 1, refused: 3, unanswered: undefined });
  expect(notesOf(attempt)).toEqual({ refused: 3, ended: 3 });
});

test('attempt: those before and after one that was answered count once each', () => {
  const attempt = openAttempt(info(5, { ended: 2, refused: 1 }), true);
  expect(attempt).toMatchObject({ number: 2, refused: 3, unanswered: undefined });
});

test('attempt: one that had called the agent before the input could not be read counts, without an answer', () => {
  const attempt = openAttempt(info(4, { ended: 1, open: true }), true);
  expect(attempt).toMatchObject({ number: 3, refused: 1 });
  expect(attempt.unanswered).toMatch(/got no answer: its worker was lost$/);
});

test('attempt: the first may have been lost without a note, if the server had time to notice that', () => {
  expect(openAttempt(info(3, undefined, 40_000), true)).toMatchObject({ number: 2, refused: 1 });
  expect(openAttempt(info(3, undefined, 40_000), true).unanswered).toBeDefined();
  expect(openAttempt(info(3, undefined, 5_000), true).unanswered).toBeUndefined();
});
