import { expect, test } from 'vitest';
import { grantAll } from '../../../../src/domain/pool/coordinator/grant.js';
import { granted, poolOf, turn, want } from '../../../support/pool-of.js';

const at = (now: number) => ({ now, random: () => 0 });

test('grant: as many as the resources take, and the rest waits', () => {
  const pool = poolOf({ a: 2, b: 1 });
  expect(granted(turn(pool, 's', 1, { wants: [want(5)] }))).toEqual({ a: 2, b: 1 });
  expect(pool.queue).toMatchObject([{ session: 's', count: 2 }]);
});

test('grant: the less loaded resource first', () => {
  expect(granted(turn(poolOf({ a: 3, b: 3 }), 's', 1, { wants: [want(2)] }))).toEqual({ a: 1, b: 1 });
});

test('grant: nothing of a resource that is not open', () => {
  const pool = poolOf({ a: 1, b: 1 });
  pool.resources[0]!.ill = 'down';
  expect(granted(turn(pool, 's', 1, { wants: [want(2)] }))).toEqual({ b: 1 });
});

test('grant: no more than the limit of an overloaded resource', () => {
  const pool = poolOf({ a: 4 });
  pool.resources[0]!.limit = 2;
  expect(granted(turn(pool, 's', 1, { wants: [want(4)] }))).toEqual({ a: 2 });
});

test('grant: the more urgent first, then first come', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 'holds', 1, { wants: [want(1)] });
  turn(pool, 'second', 1, { wants: [want(1)] });
  turn(pool, 'third', 1, { wants: [want(1)] });
  turn(pool, 'urgent', 1, { wants: [want(1, { priority: 1 })] });
  const order = pool.queue.map(({ session }) => session);
  expect(order).toEqual(['urgent', 'second', 'third']);
});

test('grant: to a session other than the requesting one, which is then notified', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 't', 1, { wants: [want(1)] });
  turn(pool, 's', 2, { seen: 1 });
  expect(pool.sessions['t']!.unseen).toMatchObject([{ resource: 'a', count: 1 }]);
  expect(pool.toTell).toEqual(['t']);
});

test('grant: a want for which there is no suitable resource does not block the others', () => {
  const pool = poolOf({ a: 1, b: 1 });
  pool.resources[1]!.limit = 0;
  turn(pool, 's', 1, { wants: [want(1, { avoid: 'a', priority: 1 })] });
  expect(granted(turn(pool, 't', 1, { wants: [want(1)] }))).toEqual({ a: 1 });
});

test('grant: not the resource to avoid, while there is another', () => {
  const pool = poolOf({ a: 2, b: 1 });
  expect(granted(turn(pool, 's', 1, { wants: [want(3, { avoid: 'a' })] }))).toEqual({ b: 1 });
});

test('grant: the resource to avoid, where there is no other', () => {
  expect(granted(turn(poolOf({ a: 2 }), 's', 1, { wants: [want(1, { avoid: 'a' })] }))).toEqual({ a: 1 });
});

test('grant: what a session gets in one go has one version, and is counted by resource and want', () => {
  const pool = poolOf({ a: 3 });
  const { grants } = turn(pool, 's', 1, { wants: [want(2), want(1, { priority: 4 })] });
  expect(grants).toEqual([
    { version: 1, resource: 'a', want: { priority: 3 }, count: 2 },
    { version: 1, resource: 'a', want: { priority: 4 }, count: 1 },
  ]);
});

test('grant: what comes later has the next version', () => {
  const pool = poolOf({ a: 2 });
  turn(pool, 's', 1, { wants: [want(1)] });
  const { grants } = turn(pool, 's', 2, { wants: [want(2)] });
  expect(grants.map(({ version, count }) => [version, count])).toEqual([
    [1, 1],
    [2, 1],
  ]);
});

test('grant: takes what the call is expected to use out of the bucket, until it is empty', () => {
  const pool = poolOf({ a: 9 }, { rate: { limit: 10, perMs: 1000 } });
  expect(granted(turn(pool, 's', 1, { wants: [want(5, { tokens: 4 })] }))).toEqual({ a: 3 });
  expect(pool.bucket!.level).toBe(-2);
});

test('grant: a call that says nothing of what it uses takes one out of the bucket', () => {
  const pool = poolOf({ a: 9 }, { rate: { limit: 2, perMs: 1000 } });
  expect(granted(turn(pool, 's', 1, { wants: [want(5)] }))).toEqual({ a: 2 });
});

test('grant: continues when the bucket has filled', () => {
  const pool = poolOf({ a: 9 }, { rate: { limit: 2, perMs: 1000 } });
  turn(pool, 's', 1, { wants: [want(5)] });
  grantAll(pool, at(1000));
  expect(granted({ grants: pool.sessions['s']!.unseen })).toEqual({ a: 4 });
  expect(pool.toTell).toEqual(['s']);
});

test('grant: sessions with leases are notified that others wait, once for each priority', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 's', 2, { seen: 1, held: { a: 1 } });
  turn(pool, 't', 1, { wants: [want(1)] });
  expect(pool.toTell).toEqual(['s']);
  turn(pool, 's', 3, { seen: 1, held: { a: 1 } });
  turn(pool, 't', 2, { wants: [want(2)] });
  expect(pool.toTell).toEqual([]);
  turn(pool, 't', 3, { wants: [want(2), want(1, { priority: 1 })] });
  expect(pool.toTell).toEqual(['s']);
});

test('grant: sessions without leases are not notified that others wait', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 's', 1);
  turn(pool, 't', 1, { wants: [want(2)] });
  expect(pool.toTell).toEqual([]);
});

test('grant: the requesting session gets the answer alone, and no notification', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 't', 1, { wants: [want(1)] });
  turn(pool, 's', 2, { seen: 1, held: { a: 1 } });
  expect(pool.toTell).toEqual([]);
});

test('grant: a want that has been served leaves the queue', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 't', 1, { wants: [want(1)] });
  turn(pool, 's', 2, { seen: 1 });
  grantAll(pool, at(0));
  expect(pool.queue).toEqual([]);
});

test('grant: of two wants of the same priority the one that came first is served, whatever the order of the queue', () => {
  const pool = poolOf({ a: 1 });
  pool.resources[0]!.ill = 'down';
  for (const session of ['s', 't', 'u']) turn(pool, session, 1, { wants: [want(1)] });
  pool.queue.reverse();
  delete pool.resources[0]!.ill;
  grantAll(pool, at(0));
  expect(granted({ grants: pool.sessions['s']!.unseen })).toEqual({ a: 1 });
});
