import { expect, test } from 'vitest';
import {
  requestLease,
  assign,
  restartSession,
  createLeaseHolder,
  isIdle,
  isKeptForNextCall,
  KEPT_MS,
  leaseOfCall,
  nextTurn,
  release,
  expectedTokens,
  withdraw,
  type LeaseHolder,
} from '../../../../src/domain/pool/worker/leases.js';
import { exchange, grant, held, holderOf, priority, TTL_MS } from '../../../support/holder-of.js';

const SLICE_MS = 100;
const waiting = (holder: LeaseHolder): number[] => holder.waiting.map(({ call }) => call);

/** A worker with one call that has a lease of `a`, since 0. */
function holding(more: Parameters<typeof holderOf>[0] = {}): LeaseHolder {
  const holder = holderOf(more);
  requestLease(holder, priority(3), 0);
  exchange(holder, { grants: [grant(1)] });
  return holder;
}

test('createHolder: holds and wants nothing', () => {
  const fresh = { worker: 'w', ttlMs: TTL_MS, isMetered: true };
  expect(createLeaseHolder(fresh, 's1')).toStrictEqual({
    ...fresh,
    session: 's1',
    turn: 0,
    seen: 0,
    leases: [],
    waiting: [],
    calls: 0,
    validUntil: -Infinity,
    isDue: false,
    sentAt: -Infinity,
    othersWait: undefined,
    giveBack: [],
    isChecker: false,
    isOverruled: false,
    wantsPolicy: false,
    done: {},
    spent: 0,
    throttled: [],
    health: [],
  });
});

test('ask: a call waits until it has a lease, and a turn is due for it', () => {
  const holder = holderOf();
  expect([requestLease(holder, priority(3), 0), requestLease(holder, priority(3), 0)]).toEqual([1, 2]);
  expect([waiting(holder), holder.isDue, leaseOfCall(holder, 1)]).toEqual([[1, 2], true, undefined]);
});

test('ask: the more urgent goes first, behind those that are as urgent', () => {
  const holder = holderOf();
  for (const urgency of [3, 1, 5, 1, 3]) requestLease(holder, priority(urgency), 0);
  expect(waiting(holder)).toEqual([2, 4, 1, 5, 3]);
});

test('ask: a free lease serves the call, and no turn is due', () => {
  const holder = holding();
  release(holder, 1, 10);
  requestLease(holder, priority(3), 20);
  expect([held(holder), holder.isDue]).toEqual([['a: 2'], false]);
});

test('leaseOf: gives the lease of the call', () => {
  expect(leaseOfCall(holding(), 1)).toEqual({
    resource: { id: 'a', labels: {} },
    want: priority(3),
    since: 0,
    isUsed: true,
    call: 1,
  });
});

test('withdraw: the call no longer waits, and a turn is due', () => {
  const holder = holderOf();
  requestLease(holder, priority(3), 0);
  requestLease(holder, priority(3), 0);
  holder.isDue = false;
  withdraw(holder, 1);
  expect([waiting(holder), holder.isDue]).toEqual([[2], true]);
});

test('release: the lease serves the next call that waits here', () => {
  const holder = holding();
  requestLease(holder, priority(3), 1);
  holder.isDue = false;
  release(holder, 1, 10);
  expect([held(holder), waiting(holder), holder.isDue]).toEqual([['a: 2'], [], false]);
});

test('release: the lease is kept for a moment if no call waits', () => {
  const holder = holding();
  release(holder, 1, KEPT_MS - 1);
  expect([held(holder), holder.isDue]).toEqual([['a: free'], false]);
});

test('release: after that moment it goes back', () => {
  const holder = holding();
  release(holder, 1, KEPT_MS);
  expect([held(holder), holder.isDue]).toEqual([[], true]);
});

test('release: of a call that has no lease does nothing', () => {
  const holder = holding();
  release(holder, 9, 10);
  expect([held(holder), holder.isDue]).toEqual([['a: 1'], false]);
});

test('release: the lease goes back if the pool requests it, or others wait', () => {
  const givesBack = holding();
  givesBack.giveBack = ['a'];
  release(givesBack, 1, 10);
  expect(held(givesBack)).toEqual([]);
  const others = holding();
  others.othersWait = 3;
  release(others, 1, 10);
  expect(held(others)).toEqual([]);
});

test('release: a lease of a pool with a rate serves one call', () => {
  const holder = holding({ isMetered: true });
  requestLease(holder, priority(3), 1);
  release(holder, 1, 10);
  expect([held(holder), waiting(holder)]).toEqual([[], [2]]);
});

test('release: keeps nothing while calls wait here that it does not suit', () => {
  const holder = holding();
  requestLease(holder, priority(3, { avoid: 'a' }), 1);
  release(holder, 1, 10);
  expect([held(holder), waiting(holder)]).toEqual([[], [2]]);
});

test('a lease: serves calls for a slice where others wait who are no more urgent', () => {
  const holder = holding();
  holder.othersWait = 3;
  requestLease(holder, priority(3), 1);
  requestLease(holder, priority(3), 1);
  release(holder, 1, SLICE_MS - 1);
  expect(held(holder)).toEqual(['a: 2']);
  release(holder, 2, SLICE_MS);
  expect([held(holder), waiting(holder)]).toEqual([[], [3]]);
});

test('a lease: serves no call that is less urgent than others who wait', () => {
  const holder = holding();
  holder.othersWait = 2;
  requestLease(holder, priority(3), 1);
  release(holder, 1, 10);
  expect([held(holder), waiting(holder)]).toEqual([[], [2]]);
});

test('a lease: serves a call that is more urgent than others who wait', () => {
  const holder = holding();
  holder.othersWait = 2;
  requestLease(holder, priority(1), 1);
  release(holder, 1, 10);
  expect(held(holder)).toEqual(['a: 2']);
});

test('a lease that is new: serves its first call, whatever others wait for', () => {
  const holder = holderOf();
  requestLease(holder, priority(5), 0);
  exchange(holder, { grants: [grant(1, 'a', priority(5))], othersWait: 1, giveBack: ['a'] });
  expect(held(holder)).toEqual(['a: 1']);
});

test('a lease: is not used once it may belong to another worker', () => {
  const holder = holding();
  release(holder, 1, 10);
  requestLease(holder, priority(3), holder.validUntil);
  expect([held(holder), waiting(holder)]).toEqual([['a: free'], [2]]);
  assign(holder, holder.validUntil - 1);
  expect(waiting(holder)).toEqual([2]);
});

test.each([
  ['the same want', priority(3, { avoid: 'a', key: 'k' }), true],
  ['another urgency', priority(4, { key: 'k' }), true],
  ['another key', priority(3, { key: 'other' }), false],
  ['another number of tokens', priority(3, { key: 'k', tokens: 5 }), false],
  ['another that avoids the resource', priority(4, { key: 'k', avoid: 'a' }), false],
])('a lease: for a call of %s', (_, wanted, isSuited) => {
  const holder = holderOf();
  requestLease(holder, wanted, 0);
  const for_ = wanted.avoid === 'a' && wanted.priority === 3 ? wanted : priority(3, { key: 'k' });
  exchange(holder, { grants: [grant(1, 'a', for_)] });
  expect(leaseOfCall(holder, 1) !== undefined).toBe(isSuited);
});

test('a lease: one that is at work is not given to another call', () => {
  const holder = holding();
  requestLease(holder, priority(3), 1);
  assign(holder, 2);
  expect([held(holder), waiting(holder)]).toEqual([['a: 1'], [2]]);
});

test('isKept: a free lease that may be reused, while no call waits here or elsewhere', () => {
  const holder = holding();
  release(holder, 1, 1);
  const lease = holder.leases[0]!;
  expect([isKeptForNextCall(holder, lease, KEPT_MS - 1), isKeptForNextCall(holder, lease, KEPT_MS)]).toEqual([
    true,
    false,
  ]);
  expect(isKeptForNextCall({ ...holder, othersWait: 5 }, lease, 1)).toBe(false);
  expect(isKeptForNextCall({ ...holder, waiting: [{ call: 9, want: priority(3) }] }, lease, 1)).toBe(false);
  expect(isKeptForNextCall({ ...holder, giveBack: ['a'] }, lease, 1)).toBe(false);
});

test('isIdle: it holds nothing and wants nothing', () => {
  const holder = holderOf();
  expect([isIdle(holder), isIdle(holding())]).toEqual([true, false]);
  requestLease(holder, priority(3), 0);
  expect(isIdle(holder)).toBe(false);
});

test('beginAnew: starts another session, and the waiting calls keep waiting', () => {
  const holder = holding();
  requestLease(holder, priority(3, { key: 'k' }), 1);
  holder.isDue = false;
  expect(restartSession(holder, 's2')).toEqual([1]);
  expect(holder).toMatchObject({ session: 's2', turn: 0, seen: 0, leases: [], isDue: true, validUntil: -Infinity });
  expect(waiting(holder)).toEqual([2]);
});

test('beginAnew: no turn is due if no call waits, and free leases belong to no call', () => {
  const holder = holding();
  release(holder, 1, 1);
  expect([restartSession(holder, 's2'), holder.isDue]).toEqual([[], false]);
});

test('nextTurn: reports all that is held and wanted, by kind', () => {
  const holder = holderOf();
  for (let n = 0; n < 5; n++) requestLease(holder, priority(3), 0);
  requestLease(holder, priority(3, { key: 'k' }), 0);
  exchange(holder, { grants: [grant(1, 'a', priority(3), 2), grant(2, 'b')] });
  expect(nextTurn(holder, 7)).toStrictEqual({
    worker: 'w',
    session: 's1',
    turn: 2,
    seen: 2,
    held: { a: 2, b: 1 },
    wants: [
      { want: priority(3), count: 2 },
      { want: priority(3, { key: 'k' }), count: 1 },
    ],
    done: {},
    spent: 0,
    throttled: [],
    health: [],
  });
  expect(holder).toMatchObject({ sentAt: 7, isDue: false });
});

test('nextTurn: hands over copies, so that what happens meanwhile is not lost', () => {
  const holder = holding();
  holder.done['a'] = 1;
  holder.throttled.push({ resource: 'a' });
  holder.health.push({ resource: 'a', ill: null });
  const turn = nextTurn(holder, 0);
  holder.done['a'] = 2;
  holder.throttled.push({ resource: 'b' });
  holder.health.push({ resource: 'b', ill: null });
  expect(turn).toMatchObject({
    done: { a: 1 },
    throttled: [{ resource: 'a' }],
    health: [{ resource: 'a', ill: null }],
  });
  expect([turn.throttled.length, turn.health.length]).toEqual([1, 1]);
});

test('nextTurn: gives back free leases that are not kept, and keeps those at work', () => {
  const holder = holding();
  requestLease(holder, priority(3, { avoid: 'a' }), 1);
  exchange(holder, { grants: [grant(2, 'b', priority(3, { avoid: 'a' }))] });
  release(holder, 1, 1);
  expect(nextTurn(holder, KEPT_MS - 1).held).toEqual({ a: 1, b: 1 });
  expect(nextTurn(holder, KEPT_MS).held).toEqual({ b: 1 });
});

test('nextTurn: of one that holds and wants nothing ends the session', () => {
  expect(nextTurn(holderOf(), 0)).toMatchObject({ ends: true, turn: 1 });
  expect(nextTurn(holding(), 0)).not.toHaveProperty('ends');
  const due = holderOf();
  due.isDue = true;
  expect(nextTurn(due, 0)).not.toHaveProperty('ends');
});

test('a lease that no call has used: what was reserved for it is given back', () => {
  const holder = holderOf();
  const call = requestLease(holder, priority(3, { tokens: 8 }), 0);
  const turn = nextTurn(holder, 0);
  withdraw(holder, call);
  expect(turn.wants).toHaveLength(1);
  exchange(holder, { grants: [grant(1, 'a', priority(3, { tokens: 8 }))] });
  expect(nextTurn(holder, KEPT_MS)).toMatchObject({ held: {}, spent: -8 });
});

test('a lease that a call has used: is not given back as if it had not been', () => {
  const holder = holding();
  release(holder, 1, KEPT_MS);
  expect(nextTurn(holder, KEPT_MS).spent).toBe(0);
});

test('tokensOf: one call is expected to use one, unless it says more', () => {
  expect([expectedTokens(priority(3)), expectedTokens(priority(3, { tokens: 7 }))]).toEqual([1, 7]);
});
