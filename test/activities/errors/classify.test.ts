import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AgentError } from '../../../src/activities/errors/agent-error.js';
import { classify, type FailedAttempt } from '../../../src/activities/errors/classify.js';
import { seen } from '../call.js';

const AT: FailedAttempt = {
  attempt: 3,
  began: true,
  usage: { calls: 3, tokens: 7, usd: 0.5 },
  retry: { attempts: 4, initialMs: 1000, factor: 2, maxMs: 60_000 },
  random: 0.5,
};
const of = (error: unknown, more: Partial<FailedAttempt> = {}) => seen(classify(error, { ...AT, ...more }));

describe('classify: type', () => {
  test('any other error is AgentFailed, retryable', () => {
    expect(of(new Error('boom'))).toMatchObject({ type: 'AgentFailed', nonRetryable: false, message: 'boom' });
  });
  test('an AgentError has its type; the failure table decides on retries', () => {
    expect(of(new AgentError('no', { type: 'Overloaded' }))).toMatchObject({ type: 'Overloaded', nonRetryable: false });
    expect(of(new AgentError('no', { type: 'InvalidInput' }))).toMatchObject({ nonRetryable: true });
  });
  test('an AgentError that is not retryable is AgentRefused', () => {
    expect(of(new AgentError('never', { retryable: false }))).toMatchObject({
      type: 'AgentRefused',
      nonRetryable: true,
    });
  });
  test("a failure of Temporal's own keeps its meaning", () => {
    expect(of(ApplicationFailure.nonRetryable('no', 'Mine'))).toMatchObject({
      type: 'AgentRefused',
      nonRetryable: true,
    });
    expect(of(ApplicationFailure.retryable('no', 'Unreachable'))).toMatchObject({ type: 'Unreachable' });
    expect(of(ApplicationFailure.create({ message: 'no', details: [{ a: 1 }], nextRetryDelay: 5 }))).toMatchObject({
      type: 'AgentFailed',
      delayMs: 5,
      detail: { details: { a: 1 } },
    });
  });
  test('a type named after a property of Object.prototype is not a failure type', () => {
    expect(of(ApplicationFailure.retryable('no', 'constructor'))).toMatchObject({ type: 'AgentFailed' });
  });
  test('a cancellation is a CancelledFailure that carries the detail', () => {
    const failure = classify(new AgentError('stop', { type: 'Cancelled' }), AT);
    expect(failure).toBeInstanceOf(CancelledFailure);
    expect(seen(failure).detail).toMatchObject({ attempts: 3, began: true });
  });
});

describe('classify: delay', () => {
  test('the delay is full jitter below the exponential limit of the attempt', () => {
    expect(of(new Error('x'), { attempt: 1, random: 0.999999 }).delayMs).toBe(1000);
    expect(of(new Error('x'), { attempt: 3, random: 0.999999 }).delayMs).toBe(4000);
  });
  test('the delay is never zero, which the server reads as: no next attempt', () => {
    expect(of(new Error('x'), { random: 0 }).delayMs).toBe(1);
  });
  test('the delay is what the agent asked for, at most an hour', () => {
    expect(of(new AgentError('later', { type: 'Overloaded', retryAfterMs: 2500.2 })).delayMs).toBe(2501);
    expect(of(new AgentError('later', { type: 'Overloaded', retryAfterMs: 9e9 })).delayMs).toBe(3_600_000);
    expect(of(new AgentError('later', { retryAfterMs: Infinity })).delayMs).toBe(3_600_000);
    expect(of(ApplicationFailure.create({ message: 'later', nextRetryDelay: '5s' })).delayMs).toBe(5000);
  });
  test('the delay is that of the retry policy if the agent asks for an unusable one', () => {
    for (const retryAfterMs of [0, -5, NaN, -Infinity]) {
      expect(of(new AgentError('later', { type: 'Overloaded', retryAfterMs })).delayMs).toBe(2000);
      expect(of(ApplicationFailure.create({ message: 'later', nextRetryDelay: retryAfterMs })).delayMs).toBe(2000);
    }
    const unreadable = ApplicationFailure.create({ message: 'later' });
    Object.assign(unreadable, { nextRetryDelay: 'soon' });
    expect(of(unreadable).delayMs).toBe(2000);
  });
  test('no delay is set if there is no next attempt', () => {
    expect(of(new AgentError('no', { retryable: false })).delayMs).toBeUndefined();
  });
});

describe('classify: contents', () => {
  test('the cause of a failure is the original error', () => {
    const error = new RangeError('boom');
    expect(of(error).cause).toBe(error);
  });
  test('the detail of a failure has attempts, began, usage, cause and details', () => {
    const error = new AgentError('no', { cause: new Error('disk full'), details: { disk: 'sda' } });
    expect(of(error).detail).toEqual({
      attempts: 3,
      began: true,
      usage: { calls: 3, tokens: 7, usd: 0.5 },
      cause: 'disk full',
      details: { disk: 'sda' },
    });
  });
  test('a thrown value that is not an error gets a message', () => {
    expect(of('a string').message).toBe('a string');
    expect(of(undefined).message).toBe('expected an error to be thrown, got nothing');
    expect(of({ code: 5 }).message).toBe('expected an error to be thrown, got {"code":5}');
    expect(of(5n).message).toBe('expected an error to be thrown, got 5n');
    expect(of(new Error('')).message).toBe('Error');
  });
  test('an error of zod becomes one line with its problems', () => {
    const { error } = z.object({ a: z.string() }).safeParse({ a: 1 });
    expect(of(error).message).toBe('value.a: Invalid input: expected string, received number');
  });
  test('megabytes of message are truncated', () => {
    const failure = of(new Error('x'.repeat(5_000_000)));
    expect(failure.message.length).toBeLessThan(6000);
    expect(failure.cause?.message.length).toBeLessThan(6000);
    expect(failure.cause?.stack?.length).toBeLessThan(6000);
  });
  test('a cyclic chain of causes is truncated', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    if (error.cause instanceof Error) error.cause.cause = error;
    let depth = 0;
    for (let one: unknown = of(error).cause; one instanceof Error && depth < 100; one = one.cause) depth++;
    expect(depth).toBeLessThan(10);
  });
  test('details that are too large or not JSON are replaced by the problem', () => {
    expect(of(new AgentError('no', { details: 'x'.repeat(100_000) })).detail.details).toEqual({
      left: 'details: expected at most 65536 bytes of JSON, got 100002',
    });
    expect(of(new AgentError('no', { details: { n: 5n } })).detail.details).toEqual({
      left: 'details.n: expected JSON, got the BigInt 5n; use text instead: String(n)',
    });
  });
});
