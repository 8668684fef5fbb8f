import { expect, test } from 'vitest';
import {
  createPool,
  leasesInUse,
  isAsConfigured,
  isOpen,
  newResource,
  mostUrgentOther,
  markToPush,
  markHoldersToPush,
  resourcesToGiveBack,
} from '../../../../src/domain/pool/coordinator/state.js';
import { facts, MARK, policyOf, poolOf, turn, want } from '../../../support/pool-of.js';

const one = newResource(facts('a', 2));

test('createPool: has the resources of its policy, and no sessions', () => {
  const policy = policyOf({ a: 2 });
  expect(createPool(policy, MARK, 7)).toStrictEqual({
    policy,
    config: MARK,
    resources: [{ id: 'a', capacity: 2, weight: 1, labels: {}, limit: 2, successes: 0 }],
    removed: [],
    sessions: {},
    queue: [],
    orders: 0,
    memory: {},
    toTell: [],
  });
});

test('createPool: with a rate its bucket is full', () => {
  expect(createPool(policyOf({ a: 1 }, { rate: { limit: 5, perMs: 1000 } }), MARK, 7).bucket).toEqual({
    level: 5,
    at: 7,
  });
});

test('inUse: is what sessions hold, and what was granted that they have not seen', () => {
  const pool = poolOf({ a: 3, b: 1 });
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 's', 2, { seen: 1, held: { a: 1 }, wants: [want(3)] });
  turn(pool, 't', 1);
  expect(Object.fromEntries(leasesInUse(pool))).toEqual({ a: 3, b: 1 });
});

test('isOpen: unless it drains, is ill or pauses', () => {
  expect(isOpen(one, 5)).toBe(true);
  expect(isOpen({ ...one, isDraining: true }, 5)).toBe(false);
  expect(isOpen({ ...one, ill: 'down' }, 5)).toBe(false);
  expect([isOpen({ ...one, pausedUntil: 6 }, 5), isOpen({ ...one, pausedUntil: 5 }, 5)]).toEqual([false, true]);
});

test('toGiveBack: what is not open, and what has more leases than its limit', () => {
  const pool = poolOf({ a: 2, b: 2, c: 2, d: 2 });
  turn(pool, 's', 1, { wants: [want(8)] });
  pool.resources[0]!.ill = 'down';
  pool.resources[1]!.limit = 1;
  pool.sessions['s']!.unseen = pool.sessions['s']!.unseen.filter(({ resource }) => resource !== 'd');
  expect(resourcesToGiveBack(pool, 0)).toEqual(['a', 'b']);
});

test('othersWait: is the most urgent priority of another session', () => {
  const pool = poolOf({});
  turn(pool, 's', 1, { wants: [want(1, { priority: 1 })] });
  expect(mostUrgentOther(pool, 's')).toBe(undefined);
  turn(pool, 't', 1, { wants: [want(1, { priority: 4 }), want(1, { priority: 2 })] });
  expect([mostUrgentOther(pool, 's'), mostUrgentOther(pool, 't'), mostUrgentOther(pool, 'u')]).toEqual([2, 1, 1]);
});

test('tell: lists a session once', () => {
  const pool = poolOf({});
  markToPush(pool, 's');
  markToPush(pool, 't');
  markToPush(pool, 's');
  expect(pool.toTell).toEqual(['s', 't']);
});

test('tellHolders: those who hold the resource, and no others', () => {
  const pool = poolOf({ a: 2, b: 2 });
  turn(pool, 's', 1);
  turn(pool, 't', 1);
  Object.assign(pool.sessions['s']!, { held: { a: 1 } });
  Object.assign(pool.sessions['t']!, { held: { b: 1 } });
  markHoldersToPush(pool, 'a');
  expect(pool.toTell).toEqual(['s']);
});

test('isAsConfigured: unless a person has removed, added or drained a resource', () => {
  const pool = poolOf({ a: 1, b: 1 });
  const with_ = (more: object) => ({ ...pool, resources: [one, { ...one, ...more }] });
  expect(isAsConfigured(pool)).toBe(true);
  expect(isAsConfigured({ ...pool, removed: ['b'] })).toBe(false);
  expect([isAsConfigured(with_({ isAdded: true })), isAsConfigured(with_({ isDraining: true }))]).toEqual([
    false,
    false,
  ]);
  expect(isAsConfigured(with_({ ill: 'down' }))).toBe(true);
});
