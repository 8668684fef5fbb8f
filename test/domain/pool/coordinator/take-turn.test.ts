import { expect, test } from 'vitest';
import { newsFor } from '../../../../src/domain/pool/coordinator/take-turn.js';
import { facts, granted, MARK, policyOf, poolOf, TTL_MS, turn, want } from '../../../support/pool-of.js';

test('turn: a new session is one that holds nothing', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 's', 1, {}, 5);
  expect(pool.sessions['s']).toStrictEqual({
    worker: 'worker of s',
    since: 5,
    turn: 1,
    heardAt: 5,
    config: MARK,
    held: {},
    unseen: [],
    version: 0,
    done: {},
    spent: 0,
  });
});

test.each([{ seen: 1 }, { held: { a: 1 } }])('turn: an unknown session that says %o is lost', (more) => {
  const pool = poolOf({ a: 1 });
  expect(turn(pool, 's', 4, more)).toStrictEqual({
    session: 's',
    grants: [],
    giveBack: [],
    resources: {},
    isChecker: false,
    isOverruled: false,
    wantsPolicy: false,
    lost: true,
  });
  expect(pool.sessions).toEqual({});
});

test('turn: the answer says what is granted, and of which resources', () => {
  const pool = poolOf(
    {},
    { resources: [facts('a', 1, { endpoint: 'http://a', labels: { zone: 'x' } }), facts('b', 1)] },
  );
  expect(turn(pool, 's', 1, { wants: [want(1)] })).toStrictEqual({
    session: 's',
    grants: [{ version: 1, resource: 'a', want: { priority: 3 }, count: 1 }],
    giveBack: [],
    resources: { a: { labels: { zone: 'x' }, endpoint: 'http://a' } },
    isChecker: true,
    isOverruled: false,
    wantsPolicy: false,
  });
});

test('turn: a resource without an endpoint says nothing of one', () => {
  expect(turn(poolOf({ a: 1 }), 's', 1, { wants: [want(1)] }).resources).toStrictEqual({ a: { labels: {} } });
});

test('turn: one that comes late or twice alters nothing', () => {
  const pool = poolOf({ a: 3 });
  turn(pool, 's', 2, { wants: [want(1)] });
  turn(pool, 's', 2, { wants: [want(3)] });
  expect(granted(turn(pool, 's', 1, { wants: [want(3)] }))).toEqual({ a: 1 });
});

test('turn: what was seen is counted as held, the rest is granted still', () => {
  const pool = poolOf({ a: 3 });
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 's', 2, { wants: [want(2)] });
  expect(granted(turn(pool, 's', 3, { seen: 1, held: { a: 1 }, wants: [want(1)] }))).toEqual({ a: 1 });
  expect(pool.sessions['s']!.unseen.map(({ version }) => version)).toEqual([2]);
});

test('turn: what was granted meanwhile is not granted a second time', () => {
  const pool = poolOf({ a: 5 });
  turn(pool, 's', 1, { wants: [want(2)] });
  expect(granted(turn(pool, 's', 2, { wants: [want(2)] }))).toEqual({ a: 2 });
});

test('turn: a larger want keeps its place, and the rest waits behind the others', () => {
  const pool = poolOf({});
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 't', 1, { wants: [want(1)] });
  turn(pool, 's', 2, { wants: [want(3)] });
  expect(pool.queue.map(({ session, count }) => [session, count])).toEqual([
    ['s', 1],
    ['t', 1],
    ['s', 2],
  ]);
});

test('turn: a smaller want gives up its last places first', () => {
  const pool = poolOf({});
  turn(pool, 's', 1, { wants: [want(2)] });
  turn(pool, 't', 1, { wants: [want(1)] });
  turn(pool, 's', 2, { wants: [want(4)] });
  turn(pool, 's', 3, { wants: [want(1)] });
  expect(pool.queue.map(({ session, count }) => [session, count])).toEqual([
    ['s', 1],
    ['t', 1],
  ]);
});

test('turn: a want that is smaller by one gives up one', () => {
  const pool = poolOf({});
  turn(pool, 's', 1, { wants: [want(3)] });
  turn(pool, 's', 2, { wants: [want(2)] });
  expect(pool.queue).toMatchObject([{ count: 2 }]);
});

test('turn: a want that is no longer named leaves the queue, and the others stay', () => {
  const pool = poolOf({});
  turn(pool, 's', 1, { wants: [want(1), want(1, { priority: 1 })] });
  turn(pool, 't', 1, { wants: [want(1)] });
  turn(pool, 's', 2, { wants: [want(1, { priority: 1 })] });
  expect(pool.queue.map(({ session, want: { priority } }) => [session, priority])).toEqual([
    ['s', 1],
    ['t', 3],
  ]);
});

test('turn: wants of other kinds are counted each for itself', () => {
  const pool = poolOf({ a: 9 });
  turn(pool, 's', 1, { wants: [want(1)] });
  const news = turn(pool, 's', 2, { wants: [want(1), want(2, { key: 'k' }), want(1, { tokens: 5 })] });
  expect(granted(news)).toEqual({ a: 4 });
});

test('turn: an overloaded resource gets half as many calls and a pause, and sessions with a lease are notified', () => {
  const pool = poolOf({ a: 4, b: 4 });
  turn(pool, 't', 1);
  Object.assign(pool.sessions['t']!, { held: { a: 1 } });
  const throttled = [
    { resource: 'a', retryAfterMs: 500 },
    { resource: 'gone', retryAfterMs: 500 },
  ];
  turn(pool, 's', 1, { throttled }, 100);
  expect(pool.resources).toMatchObject([{ limit: 2, pausedUntil: 600 }, { limit: 4 }]);
  expect(pool.toTell).toEqual(['t']);
});

test('turn: successes since the last turn bring an overloaded resource back', () => {
  const pool = poolOf({ a: 4 });
  Object.assign(pool.resources[0]!, { limit: 2 });
  turn(pool, 's', 1, { done: { a: 1 } });
  expect(pool.resources[0]).toMatchObject({ limit: 2, successes: 1 });
  turn(pool, 's', 2, { done: { a: 2 } });
  expect(pool.resources[0]).toMatchObject({ limit: 3, successes: 0 });
});

test('turn: a session that reports no successes has none', () => {
  const pool = poolOf({ a: 4 });
  Object.assign(pool.resources[0]!, { limit: 2 });
  turn(pool, 's', 1, {});
  turn(pool, 's', 2, { done: { a: 1 } });
  expect(pool.resources[0]).toMatchObject({ limit: 2, successes: 1 });
});

test('turn: a resource may become unhealthy, which sessions with a lease are notified of, and healthy again', () => {
  const pool = poolOf({ a: 1, b: 1 });
  turn(pool, 't', 1);
  Object.assign(pool.sessions['t']!, { held: { a: 1 } });
  const { giveBack } = turn(pool, 's', 1, { health: [{ resource: 'a', ill: 'down' }] });
  expect([giveBack, pool.resources.map(({ ill }) => ill), pool.toTell]).toEqual([['a'], ['down', undefined], ['t']]);
  turn(pool, 's', 2, { health: [{ resource: 'a', ill: null }] });
  expect(pool.resources[0]).not.toHaveProperty('ill');
});

test('turn: what was used above what was expected is taken out of the bucket', () => {
  const pool = poolOf({ a: 1 }, { rate: { limit: 10, perMs: 1000 } });
  turn(pool, 's', 1, { spent: 3 });
  expect(pool.bucket!.level).toBe(7);
  turn(pool, 's', 2, { spent: 5 });
  expect(pool.bucket!.level).toBe(5);
  turn(pool, 's', 3, { spent: 4 });
  expect(pool.bucket!.level).toBe(6);
});

test('turn: the last one ends the session, and what it held is free', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 't', 1, { wants: [want(1)] });
  expect(turn(pool, 's', 2, { seen: 1, ends: true })).toStrictEqual({
    session: 's',
    grants: [],
    giveBack: [],
    resources: {},
    isChecker: false,
    isOverruled: false,
    wantsPolicy: false,
  });
  expect(Object.keys(pool.sessions)).toEqual(['t']);
  expect(granted(newsFor(pool, 't', 0))).toEqual({ a: 1 });
});

test('turn: keeps a session for the time to live', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 's', 1, { wants: [want(1)] }, 0);
  turn(pool, 's', 2, { seen: 1, held: { a: 1 } }, TTL_MS - 1);
  turn(pool, 't', 1, {}, 2 * TTL_MS - 2);
  expect(Object.keys(pool.sessions)).toEqual(['s', 't']);
  expect(turn(pool, 's', 3, { seen: 1, held: { a: 1 } }, 2 * TTL_MS - 1)).toMatchObject({ lost: true });
});

test('news: the oldest session looks after the health of the resources', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 'z', 1, {}, 1);
  turn(pool, 'a', 1, {}, 2);
  expect([newsFor(pool, 'z', 2).isChecker, newsFor(pool, 'a', 2).isChecker]).toEqual([true, false]);
});

test('news: that others wait, and how urgently', () => {
  const pool = poolOf({});
  turn(pool, 's', 1, { wants: [want(1, { priority: 2 })] });
  expect(turn(pool, 't', 1).othersWait).toBe(2);
  expect(pool.sessions['t']!.toldOthersWait).toBe(2);
  expect(turn(pool, 's', 2)).not.toHaveProperty('othersWait');
  turn(pool, 't', 2);
  expect(pool.sessions['t']).not.toHaveProperty('toldOthersWait');
});

test('news: a session that has received them is not notified again', () => {
  const pool = poolOf({});
  turn(pool, 's', 1);
  pool.toTell.push('s', 't');
  newsFor(pool, 's', 0);
  expect(pool.toTell).toEqual(['t']);
});

test('settings: those of a worker that started later are asked for, then hold', () => {
  const pool = poolOf({ a: 1 });
  const config = { hash: 'y', since: 2 };
  expect(turn(pool, 's', 1, { config })).toMatchObject({ wantsPolicy: true, isOverruled: false });
  expect(turn(pool, 's', 2, { config, policy: policyOf({ b: 1 }) })).toMatchObject({
    wantsPolicy: false,
    isOverruled: false,
  });
  expect(pool.resources.map(({ id }) => id)).toEqual(['b']);
});

test('settings: those of a worker that started before are overruled', () => {
  const pool = poolOf({ a: 1 });
  for (const since of [0, 1]) {
    const news = turn(pool, `s${since}`, 1, { config: { hash: 'y', since }, policy: policyOf({ b: 1 }) });
    expect(news).toMatchObject({ wantsPolicy: false, isOverruled: true });
  }
  expect(pool.resources.map(({ id }) => id)).toEqual(['a']);
});

test('turn: an overloaded resource is found by its id', () => {
  const pool = poolOf({ a: 4, b: 4 });
  turn(pool, 's', 1, { throttled: [{ resource: 'b' }] });
  expect(pool.resources.map(({ limit }) => limit)).toEqual([4, 2]);
});

test('turn: a want that is no longer named leaves no entry in the queue', () => {
  const pool = poolOf({});
  turn(pool, 's', 1, { wants: [want(1)] });
  turn(pool, 's', 2);
  expect(pool.queue).toEqual([]);
});

test('news: the oldest session is found by its age, not by the order of the sessions', () => {
  const pool = poolOf({ a: 1 });
  turn(pool, 'young', 1, {}, 2);
  turn(pool, 'old', 1, {}, 2);
  Object.assign(pool.sessions['old']!, { since: 1 });
  expect([newsFor(pool, 'young', 2).isChecker, newsFor(pool, 'old', 2).isChecker]).toEqual([false, true]);
});
