import { expect, test } from 'vitest';
import { expire, takeAnswer, takePush, missAnswer, nextTurnAt } from '../../../../src/domain/pool/worker/receive.js';
import {
  requestLease,
  KEPT_MS,
  nextTurn,
  release,
  type LeaseHolder,
} from '../../../../src/domain/pool/worker/leases.js';
import { exchange, grant, held, holderOf, newsOf, priority, TTL_MS } from '../../../support/holder-of.js';

function holding(more: Parameters<typeof holderOf>[0] = {}): LeaseHolder {
  const holder = holderOf(more);
  requestLease(holder, priority(3), 0);
  exchange(holder, { grants: [grant(1)] });
  return holder;
}

test('an answer: what is granted serves the calls that wait', () => {
  const holder = holderOf();
  for (let n = 0; n < 3; n++) requestLease(holder, priority(3), 0);
  exchange(holder, { grants: [grant(1, 'a', priority(3), 2)] });
  expect([held(holder), holder.seen]).toEqual([['a: 1', 'a: 2'], 1]);
});

test('an answer: says where the resource is', () => {
  const holder = holderOf();
  requestLease(holder, priority(3), 0);
  exchange(holder, { grants: [grant(1)], resources: { a: { endpoint: 'http://a', labels: { zone: 'x' } } } });
  expect(holder.leases[0]).toMatchObject({
    resource: { id: 'a', endpoint: 'http://a', labels: { zone: 'x' } },
    since: 0,
  });
});

test('an answer: what has been seen is not taken a second time', () => {
  const holder = holding();
  requestLease(holder, priority(3), 0);
  exchange(holder, { grants: [grant(1), grant(3, 'b'), grant(2, 'c')] });
  expect([held(holder), holder.seen]).toEqual([['a: 1', 'b: 2', 'c: free'], 3]);
});

test('an answer: leases are good for the time to live after the turn, less a margin', () => {
  const holder = holderOf({ ttlMs: 2_000 });
  exchange(holder, {}, 100);
  expect(holder.validUntil).toBe(-Infinity);
  requestLease(holder, priority(3), 100);
  exchange(holder, {}, 100);
  expect(holder.validUntil).toBe(100 + 2_000 - 400);
});

test('an answer: the margin is at most a second', () => {
  const holder = holderOf({ ttlMs: 60_000 });
  requestLease(holder, priority(3), 0);
  exchange(holder);
  expect(holder.validUntil).toBe(59_000);
});

test('an answer: an older one does not shorten the time', () => {
  const holder = holding();
  holder.validUntil = 50_000;
  exchange(holder, {}, 10);
  expect(holder.validUntil).toBe(50_000);
});

test('an answer: how the session stands', () => {
  const holder = holding();
  exchange(holder, { othersWait: 2, giveBack: ['a'], isChecker: true, isOverruled: true });
  expect(holder).toMatchObject({
    othersWait: 2,
    giveBack: ['a'],
    isChecker: true,
    isOverruled: true,
    wantsPolicy: false,
  });
  exchange(holder);
  expect(holder).toMatchObject({ othersWait: undefined, giveBack: [], isChecker: false, isOverruled: false });
});

test('an answer: that asks for the settings makes a turn due', () => {
  const holder = holding();
  exchange(holder, { wantsPolicy: true });
  expect(holder).toMatchObject({ wantsPolicy: true, isDue: true });
});

test('an answer: a free lease that is not kept makes a turn due', () => {
  const holder = holding();
  release(holder, 1, 1);
  exchange(holder);
  expect(holder.isDue).toBe(false);
  const turn = nextTurn(holder, 1);
  takeAnswer(holder, turn, newsOf({ giveBack: ['a'] }), 1, 's2');
  expect(holder.isDue).toBe(true);
});

test('an answer: a lease at work that is to be given back makes none due', () => {
  const holder = holding();
  exchange(holder, { giveBack: ['a'] });
  expect(holder.isDue).toBe(false);
});

test('an answer: what the turn has reported is not reported again', () => {
  const holder = holding();
  holder.throttled.push({ resource: 'a' });
  holder.health.push({ resource: 'a', ill: null });
  const turn = nextTurn(holder, 0);
  holder.throttled.push({ resource: 'b' });
  holder.health.push({ resource: 'b', ill: null });
  takeAnswer(holder, turn, newsOf(), 0, 's2');
  expect([holder.throttled, holder.health]).toEqual([[{ resource: 'b' }], [{ resource: 'b', ill: null }]]);
});

test('an answer: that the session is lost ends its calls, and another begins', () => {
  const holder = holding();
  expect(takeAnswer(holder, nextTurn(holder, 0), newsOf({ lost: true }), 0, 's2')).toEqual([1]);
  expect(holder).toMatchObject({ session: 's2', turn: 0, leases: [] });
});

test('an answer: to the last turn begins another session', () => {
  const holder = holderOf();
  expect(takeAnswer(holder, nextTurn(holder, 0), newsOf(), 0, 's2')).toEqual([]);
  expect(holder).toMatchObject({ session: 's2', turn: 0 });
});

test('an answer: that comes when its time is over ends the calls', () => {
  const holder = holding();
  const turn = nextTurn(holder, 0);
  expect(takeAnswer(holder, turn, newsOf({ grants: [grant(2)] }), TTL_MS, 's2')).toEqual([1]);
  expect([holder.session, held(holder)]).toEqual(['s2', []]);
});

test('an answer: of another session grants nothing', () => {
  const holder = holderOf();
  requestLease(holder, priority(3), 0);
  exchange(holder, { session: 'old', grants: [grant(1)] });
  expect(held(holder)).toEqual([]);
});

test('a push: is the next answer, sooner', () => {
  const holder = holding();
  requestLease(holder, priority(3), 1);
  takePush(holder, newsOf({ grants: [grant(2, 'b')] }), 5);
  expect([held(holder), holder.seen]).toEqual([['a: 1', 'b: 2'], 2]);
});

test('a push: before the first answer, or after the time of the last, grants nothing', () => {
  const fresh = holderOf();
  requestLease(fresh, priority(3), 0);
  takePush(fresh, newsOf({ grants: [grant(1)] }), 0);
  expect(held(fresh)).toEqual([]);
  const holder = holding();
  takePush(holder, newsOf({ grants: [grant(2, 'b')] }), holder.validUntil);
  expect(held(holder)).toEqual(['a: 1']);
});

test('a push: of another session grants nothing', () => {
  const holder = holding();
  takePush(holder, newsOf({ session: 'old', grants: [grant(2, 'b')] }), 5);
  expect(held(holder)).toEqual(['a: 1']);
});

test('a turn without an answer: is made again', () => {
  const holder = holding();
  missAnswer(holder, nextTurn(holder, 0), 's2');
  expect(holder).toMatchObject({ session: 's1', isDue: true });
});

test('a last turn without an answer: the pool forgets the session by itself', () => {
  const holder = holderOf();
  missAnswer(holder, nextTurn(holder, 0), 's2');
  expect(holder).toMatchObject({ session: 's2', isDue: false });
});

test('expire: gives leases up once they may belong to another worker, and not before', () => {
  const holder = holding();
  expect([expire(holder, holder.validUntil - 1, 's2'), holder.session]).toEqual([[], 's1']);
  expect([expire(holder, holder.validUntil, 's2'), holder.session]).toEqual([[1], 's2']);
});

test('expire: a session that has seen a grant begins again, though it holds nothing', () => {
  const holder = holding();
  release(holder, 1, KEPT_MS);
  expire(holder, holder.validUntil, 's2');
  expect(holder.session).toBe('s2');
});

test('expire: a session that has seen no grant continues', () => {
  const holder = holderOf();
  requestLease(holder, priority(3), 0);
  expire(holder, 0, 's2');
  expect(holder.session).toBe('s1');
});

test('nextTurnAt: immediately, where one is due', () => {
  const holder = holderOf();
  requestLease(holder, priority(3), 0);
  expect(nextTurnAt(holder)).toBe(-Infinity);
});

test('nextTurnAt: never, for a worker with nothing to report', () => {
  expect(nextTurnAt(holderOf())).toBe(undefined);
});

test('nextTurnAt: the last one after a moment, if nothing is held or wanted', () => {
  const holder = holding();
  release(holder, 1, KEPT_MS);
  exchange(holder, {}, 5);
  holder.turn = 3;
  holder.isDue = false;
  expect(nextTurnAt(holder)).toBe(holder.sentAt + KEPT_MS);
});

test('nextTurnAt: four in a time to live', () => {
  expect(nextTurnAt(holding())).toBe(TTL_MS / 4);
});

test('nextTurnAt: when the first free lease is no longer kept', () => {
  const holder = holding();
  release(holder, 1, 10);
  expect(nextTurnAt(holder)).toBe(KEPT_MS);
});

test('an answer: one free lease that is not kept makes a turn due, though another is at work', () => {
  const holder = holderOf();
  requestLease(holder, priority(3), 0);
  requestLease(holder, priority(3), 0);
  exchange(holder, { grants: [grant(1, 'a'), grant(2, 'b')] });
  release(holder, 1, 1);
  const turn = nextTurn(holder, 1);
  takeAnswer(holder, turn, newsOf({ giveBack: ['a'] }), 1, 's2');
  expect([held(holder), holder.isDue]).toEqual([['a: free', 'b: 2'], true]);
});

test('nextTurnAt: immediately, if one is due and leases are held', () => {
  const holder = holding();
  holder.isDue = true;
  expect(nextTurnAt(holder)).toBe(-Infinity);
});
