import { expect, test } from 'vitest';
import { adoptConfig, alterPool } from '../../../../src/domain/pool/coordinator/alter.js';
import type { PoolState } from '../../../../src/domain/pool/coordinator/state.js';
import { facts, MARK, policyOf, poolOf, turn, want } from '../../../support/pool-of.js';

const NEWER = { hash: 'y', since: 2 };
const ids = ({ resources }: PoolState): string[] => resources.map(({ id }) => id);

/** A pool of `a` and `b`, of which `a` is in use. */
function inUse(): PoolState {
  const pool = poolOf({ a: 2, b: 1 });
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 's', 2, { seen: 1, held: { a: 1 } });
  return pool;
}

test('add: a new resource may be used, and is marked as added', () => {
  const pool = poolOf({ a: 1 });
  expect(alterPool(pool, { do: 'add', resource: facts('b', 3) })).toEqual({ id: 'b', became: 'added', inUse: 0 });
  expect(pool.resources[1]).toStrictEqual({ ...facts('b', 3), limit: 3, successes: 0, isAdded: true });
});

test('add: a resource that is known is altered, and stays ill', () => {
  const pool = inUse();
  Object.assign(pool.resources[0]!, { ill: 'down', isDraining: true, limit: 1 });
  expect(alterPool(pool, { do: 'add', resource: facts('a', 5) })).toEqual({ id: 'a', became: 'altered', inUse: 1 });
  expect(pool.resources[0]).toStrictEqual({ ...facts('a', 5), limit: 5, successes: 0, isAdded: true, ill: 'down' });
});

test('add: a resource that is well stays well', () => {
  const pool = poolOf({ a: 1 });
  alterPool(pool, { do: 'add', resource: facts('a', 5) });
  expect(pool.resources[0]).not.toHaveProperty('ill');
});

test('add: what was removed comes back', () => {
  const pool = poolOf({ a: 1, b: 1 });
  alterPool(pool, { do: 'remove', id: 'a' });
  alterPool(pool, { do: 'remove', id: 'b' });
  alterPool(pool, { do: 'add', resource: facts('a', 1) });
  expect([ids(pool), pool.removed]).toEqual([['a'], ['b']]);
});

test('drain: calls under way end by themselves, and sessions with a lease are notified', () => {
  const pool = inUse();
  expect(alterPool(pool, { do: 'drain', id: 'a' })).toEqual({ id: 'a', became: 'draining', inUse: 1 });
  expect([pool.resources[0]!.isDraining, pool.removed, pool.toTell]).toEqual([true, [], ['s']]);
  expect(pool.resources[0]).not.toHaveProperty('isLeaving');
});

test.each(['drain', 'remove'] as const)('%s: of what is not there does nothing', (what) => {
  const pool = poolOf({ a: 1 });
  expect(alterPool(pool, { do: what, id: 'x' })).toBe(undefined);
  expect([ids(pool), pool.removed]).toEqual([['a'], []]);
});

test('remove: a free resource is gone', () => {
  const pool = inUse();
  expect(alterPool(pool, { do: 'remove', id: 'b' })).toEqual({ id: 'b', became: 'removed', inUse: 0 });
  expect([ids(pool), pool.removed]).toEqual([['a'], ['b']]);
});

test('remove: one that is in use drains first', () => {
  const pool = inUse();
  expect(alterPool(pool, { do: 'remove', id: 'a' })).toEqual({ id: 'a', became: 'draining', inUse: 1 });
  expect(pool.resources[0]).toMatchObject({ id: 'a', isDraining: true, isLeaving: true });
  alterPool(pool, { do: 'remove', id: 'a' });
  expect(pool.removed).toEqual(['a']);
});

test('settings: newer ones take the place of the old, and what strategies remembered is forgotten', () => {
  const pool = poolOf({ a: 1, b: 1 });
  const policy = policyOf({ b: 4, c: 1 });
  Object.assign(pool.memory, { next: 1 });
  adoptConfig(pool, NEWER, policy, 0);
  expect([ids(pool), pool.resources[0]!.capacity]).toEqual([['b', 'c'], 4]);
  expect(pool).toMatchObject({ policy, config: NEWER, memory: {} });
  expect(pool.memory).toEqual({});
});

test('settings: a resource that they no longer name drains while it is in use', () => {
  const pool = inUse();
  adoptConfig(pool, NEWER, policyOf({ c: 1 }), 0);
  expect(pool.resources.map(({ id, isLeaving }) => [id, isLeaving])).toEqual([
    ['a', true],
    ['c', undefined],
  ]);
});

test('settings: the same ones of a worker that started later move the mark alone', () => {
  const pool = poolOf({ a: 1 });
  adoptConfig(pool, { hash: MARK.hash, since: 5 }, policyOf({ b: 1 }), 0);
  expect([ids(pool), pool.config.since]).toEqual([['a'], 5]);
  adoptConfig(pool, { hash: MARK.hash, since: 4 }, undefined, 0);
  expect(pool.config.since).toBe(5);
});

test('settings: others of a worker that did not start later do not hold', () => {
  const pool = poolOf({ a: 1 });
  adoptConfig(pool, { hash: 'y', since: 1 }, policyOf({ b: 1 }), 0);
  adoptConfig(pool, { hash: 'y', since: 0 }, policyOf({ b: 1 }), 0);
  expect([ids(pool), pool.config]).toEqual([['a'], MARK]);
});

test('settings: newer ones that have not come yet change nothing', () => {
  const pool = poolOf({ a: 1 });
  adoptConfig(pool, NEWER, undefined, 0);
  expect(pool.config).toEqual(MARK);
});

test('settings: what a person has added, drained or removed stays so', () => {
  const pool = poolOf({ a: 1, b: 1, c: 1 });
  alterPool(pool, { do: 'add', resource: facts('a', 7) });
  alterPool(pool, { do: 'add', resource: facts('x', 7) });
  alterPool(pool, { do: 'drain', id: 'b' });
  alterPool(pool, { do: 'remove', id: 'c' });
  adoptConfig(pool, NEWER, policyOf({ a: 2, b: 2, c: 2 }), 0);
  expect(pool.resources.map(({ id, capacity }) => [id, capacity])).toEqual([
    ['a', 7],
    ['b', 1],
    ['x', 7],
  ]);
  expect(pool.resources[1]!.isDraining).toBe(true);
});

test('settings: a resource that was to leave, and is named again, stays', () => {
  const pool = inUse();
  adoptConfig(pool, NEWER, policyOf({ b: 1 }), 0);
  adoptConfig(pool, { hash: 'z', since: 3 }, policyOf({ a: 2, b: 1 }), 0);
  expect(pool.resources[0]).toStrictEqual({ ...facts('a', 2), limit: 2, successes: 0 });
});

test('settings: a rate makes a full bucket, one that is there stays as it is, and none takes it away', () => {
  const pool = poolOf({ a: 1 });
  const rate = { limit: 5, perMs: 1000 };
  adoptConfig(pool, NEWER, policyOf({ a: 1 }, { rate }), 7);
  expect(pool.bucket).toEqual({ level: 5, at: 7 });
  pool.bucket!.level = 1;
  adoptConfig(pool, { hash: 'z', since: 3 }, policyOf({ a: 1 }, { rate: { ...rate, limit: 9 } }), 8);
  expect(pool.bucket).toEqual({ level: 1, at: 7 });
  adoptConfig(pool, { hash: 'q', since: 4 }, policyOf({ a: 1 }), 9);
  expect(pool).not.toHaveProperty('bucket');
});

test('settings: each resource is found by its id', () => {
  const pool = poolOf({ a: 1, b: 1 });
  alterPool(pool, { do: 'add', resource: facts('a', 7) });
  adoptConfig(pool, NEWER, policyOf({ a: 2, b: 2 }), 0);
  expect(pool.resources.map(({ capacity }) => capacity)).toEqual([7, 2]);
});
