import { expect, test } from 'vitest';
import { forget, isIdle, nextChange, settleTime } from '../../../../src/domain/pool/coordinator/expire.js';
import { poolOf, TTL_MS, turn, want } from '../../../support/pool-of.js';

const rate = { limit: 10, perMs: 1000 };

test('settleTime: a session that is silent for the time to live is forgotten, with all it held', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 's', 1, { wants: [want(2)] }, 5);
  settleTime(pool, 5 + TTL_MS - 1);
  expect(Object.keys(pool.sessions)).toEqual(['s']);
  settleTime(pool, 5 + TTL_MS);
  expect([pool.sessions, pool.queue]).toEqual([{}, []]);
});

test('settleTime: a pause is over when its time has come', () => {
  const pool = poolOf({ a: 1 });
  pool.resources[0]!.pausedUntil = 10;
  settleTime(pool, 9);
  expect(pool.resources[0]!.pausedUntil).toBe(10);
  settleTime(pool, 10);
  expect(pool.resources[0]).not.toHaveProperty('pausedUntil');
});

test('settleTime: a resource that leaves is removed when no session holds it', () => {
  const pool = poolOf({ a: 1, b: 1 });
  turn(pool, 's', 1, { wants: [want(1)] });
  pool.resources[0]!.isLeaving = true;
  settleTime(pool, 1);
  expect(pool.resources.map(({ id }) => id)).toEqual(['a', 'b']);
  forget(pool, 's');
  settleTime(pool, 1);
  expect(pool.resources.map(({ id }) => id)).toEqual(['b']);
});

test('settleTime: the bucket fills', () => {
  const pool = poolOf({ a: 1 }, { rate });
  pool.bucket!.level = 0;
  settleTime(pool, 500);
  expect(pool.bucket).toEqual({ level: 5, at: 500 });
});

test('forget: removes the session from the queue and from the notifications, and no other', () => {
  const pool = poolOf({});
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 't', 1, { wants: [want(1)] });
  pool.toTell.push('s', 't');
  forget(pool, 's');
  expect([Object.keys(pool.sessions), pool.queue.map(({ session }) => session), pool.toTell]).toEqual([
    ['t'],
    ['t'],
    ['t'],
  ]);
});

test('nextChange: never, for an unused pool', () => {
  expect(nextChange(poolOf({ a: 1 }))).toBe(undefined);
});

test('nextChange: the first for those who wait', () => {
  const pool = poolOf({});
  turn(pool, 's', 1, {}, 1);
  turn(pool, 't', 1, { wants: [want(1)] }, 5);
  expect(nextChange(pool)).toBe(1 + TTL_MS);
});

test('nextChange: the last if no call waits', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 's', 1, {}, 1);
  turn(pool, 't', 1, {}, 5);
  expect(nextChange(pool)).toBe(5 + TTL_MS);
});

test('nextChange: the end of a pause', () => {
  const pool = poolOf({ a: 1, b: 1 });
  pool.resources[0]!.pausedUntil = 50;
  expect(nextChange(pool)).toBe(50);
});

test('nextChange: when the bucket has something for those who wait', () => {
  const pool = poolOf({ a: 9 }, { rate });
  turn(pool, 's', 1, { wants: [want(11)] });
  expect(pool.bucket!.level).toBe(1);
  turn(pool, 's', 2, { spent: 2, wants: [want(11)] });
  expect([pool.bucket!.level, nextChange(pool)]).toEqual([-1, 101]);
});

test('nextChange: not the bucket, where those who wait do so for something else', () => {
  const pool = poolOf({ a: 1 }, { rate });
  turn(pool, 's', 1, { wants: [want(2)] });
  expect([pool.bucket!.level, nextChange(pool)]).toEqual([9, TTL_MS]);
});

test('nextChange: an empty bucket has something a moment later', () => {
  const pool = poolOf({ a: 20 }, { rate });
  turn(pool, 's', 1, { wants: [want(11)] });
  expect([pool.bucket!.level, nextChange(pool)]).toEqual([0, 1]);
});

test('nextChange: when the bucket is full, if no call waits', () => {
  const pool = poolOf({ a: 1 }, { rate });
  expect(nextChange(pool)).toBe(undefined);
  pool.bucket!.level = 5;
  expect(nextChange(pool)).toBe(501);
});

test('isIdle: unused, not changed by a person, and nothing is due', () => {
  const pool = poolOf({ a: 1 }, { rate });
  expect(isIdle(pool)).toBe(true);
  expect(isIdle({ ...pool, removed: ['b'] })).toBe(false);
  expect(isIdle({ ...pool, bucket: { level: 5, at: 0 } })).toBe(false);
  turn(pool, 's', 1);
  expect(isIdle(pool)).toBe(false);
});
