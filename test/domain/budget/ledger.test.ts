import { expect, test } from 'vitest';
import { DUST } from '../../../src/domain/budget/budget.js';
import { NO_USAGE, type Usage } from '../../../src/domain/call/usage.js';
import {
  asUsage,
  chargeOf,
  createEscrow,
  declare,
  endShort,
  estimateOf,
  hold,
  holdCovers,
  learn,
  release,
  type Escrow,
} from '../../../src/domain/budget/ledger.js';
import { outcome } from '../../support/run-of.js';

const escrowOf = (estimates = {}): Escrow => createEscrow({ budget: { tokens: 100 }, estimates });
const usage = (tokens: number, calls = 1, usd = 0): Usage => ({ calls, tokens, usd });

test('createEscrow: nothing is spent, held, learned or late', () => {
  expect(createEscrow({ budget: { tokens: { soft: 5, hard: 10 } } })).toStrictEqual({
    limits: { tokens: { soft: 5, hard: 10 } },
    spent: NO_USAGE,
    reserved: NO_USAGE,
    held: {},
    declared: {},
    learned: {},
    own: {},
    fallbacks: [],
    short: [],
  });
});

test('asUsage: an agent that declares nothing is expected to be called once', () => {
  expect([asUsage(), asUsage({})]).toEqual([usage(0), usage(0)]);
});

test('asUsage: what is declared takes the place of that, also a zero', () => {
  expect(asUsage({ calls: 0, tokens: 7, usd: 0.5 })).toEqual({ calls: 0, tokens: 7, usd: 0.5 });
});

test('declare: gives what each agent declares', () => {
  expect(declare({ echo: { tokens: 3 }, quiet: undefined })).toEqual({ echo: usage(3), quiet: usage(0) });
});

test('hold: reserves what the call is expected to use', () => {
  const escrow = escrowOf();
  hold(escrow, 'a', { estimate: usage(10), agent: 'echo' });
  hold(escrow, 'b', { estimate: usage(5), agent: 'echo' });
  expect([escrow.reserved, Object.keys(escrow.held)]).toEqual([usage(15, 2), ['a', 'b']]);
});

test('release: spends what was used, and frees what was reserved', () => {
  const escrow = escrowOf();
  hold(escrow, 'a', { estimate: usage(10), agent: 'echo' });
  hold(escrow, 'b', { estimate: usage(5), agent: 'echo' });
  release(escrow, 'a', outcome('succeeded', { usage: usage(3) }));
  expect([escrow.spent, escrow.reserved, Object.keys(escrow.held)]).toEqual([usage(3), usage(5), ['b']]);
});

test('release: of what is not held changes nothing', () => {
  const escrow = escrowOf();
  hold(escrow, 'a', { estimate: usage(10) });
  release(escrow, 'b', outcome('succeeded', { usage: usage(3) }));
  expect([escrow.spent, escrow.reserved]).toEqual([NO_USAGE, usage(10)]);
});

test('release: of the last call leaves nothing reserved, whatever the fractions add up to', () => {
  const escrow = escrowOf();
  for (const key of ['a', 'b', 'c']) hold(escrow, key, { estimate: usage(0, 1, 0.1) });
  for (const key of ['a', 'b', 'c']) release(escrow, key, outcome('succeeded', { usage: usage(0) }));
  expect(escrow.reserved).toEqual(NO_USAGE);
});

test('release: never leaves less than nothing reserved', () => {
  const escrow = escrowOf();
  for (const [key, usd] of Object.entries({ a: 0.7, b: 0.1, c: 0 })) hold(escrow, key, { estimate: usage(0, 0, usd) });
  release(escrow, 'a', outcome('succeeded', { usage: NO_USAGE }));
  release(escrow, 'b', outcome('succeeded', { usage: NO_USAGE }));
  // 0.7 + 0.1 - 0.7 - 0.1 is a little less than nothing to a computer.
  expect(escrow.reserved.usd).toBe(0);
});

test('release: learns what calls of an agent use, and nothing of sub-plans', () => {
  const escrow = escrowOf();
  hold(escrow, 'a', { estimate: usage(10), agent: 'echo' });
  hold(escrow, 'b', { estimate: usage(10) });
  release(escrow, 'a', outcome('succeeded', { usage: usage(30, 2) }));
  release(escrow, 'b', outcome('succeeded', { usage: usage(50) }));
  expect(escrow.learned).toEqual({ echo: usage(30) });
});

test('release: a sub-plan that has ended is not short any more', () => {
  const escrow = escrowOf();
  hold(escrow, 'a', { estimate: usage(10) });
  escrow.short.push('b', 'a');
  release(escrow, 'a', outcome('succeeded', { usage: NO_USAGE }));
  expect(escrow.short).toEqual(['b']);
});

test('endShort: takes one out, and nothing where it is not short', () => {
  const escrow = escrowOf();
  escrow.short.push('a', 'b', 'c');
  endShort(escrow, 'a');
  endShort(escrow, 'x');
  expect(escrow.short).toEqual(['b', 'c']);
});

test('learn: adds up what calls have used, and counts them', () => {
  const escrow = escrowOf();
  learn(escrow, 'echo', outcome('succeeded', { usage: usage(10, 3, 0.5) }));
  learn(escrow, 'echo', outcome('failed', { usage: usage(20, 1, 0.5) }));
  expect(escrow.learned).toEqual({ echo: usage(30, 2, 1) });
});

test('learn: nothing of a call that was not made, or of which nothing is known', () => {
  const escrow = escrowOf();
  learn(escrow, 'echo', outcome('succeeded', { usage: usage(10, 0) }));
  learn(escrow, 'echo', outcome('unknown'));
  expect(escrow.learned).toEqual({});
});

const held = { estimate: usage(10, 1, 0.5), agent: 'echo' };
const subPlan = { estimate: usage(10, 5) };

test('chargeOf: what was used, if that is known', () => {
  expect(chargeOf(outcome('failed', { usage: usage(3, 2) }), held)).toEqual(usage(3, 2));
});

test('chargeOf: what the outcome says it counts for goes before what was used', () => {
  expect(chargeOf(outcome('failed', { usage: usage(3), charged: usage(7) }), held)).toEqual(usage(7));
});

test('chargeOf: all that was held, where nothing is known of what was used', () => {
  expect(chargeOf(outcome('unknown'), held)).toEqual(usage(10, 1, 0.5));
});

test('chargeOf: what was held once for each attempt', () => {
  expect(chargeOf(outcome('failed', { attempts: 3 }), held)).toEqual(usage(30, 3, 1.5));
});

test('chargeOf: all that was held for a call without an answer of which no attempt is known', () => {
  expect(chargeOf(outcome('unknown', { attempts: 0 }), held)).toEqual(usage(10, 1, 0.5));
});

test('chargeOf: of a call that was lost, what was heard of it if that is more', () => {
  expect(chargeOf(outcome('unknown', { usage: usage(20, 0), lost: true }), held)).toEqual(usage(20, 1, 0.5));
});

test('chargeOf: nothing of a call that was never made', () => {
  expect(chargeOf(outcome('cancelled', { attempts: 0 }), held)).toEqual(NO_USAGE);
  expect(chargeOf(outcome('failed', { attempts: 0 }), held)).toEqual(NO_USAGE);
});

test('chargeOf: all that was held for a sub-plan that was cancelled', () => {
  expect(chargeOf(outcome('cancelled', { attempts: 0 }), subPlan)).toEqual(usage(10, 5));
});

test('chargeOf: nothing of a sub-plan that failed before it began', () => {
  expect(chargeOf(outcome('failed', { attempts: 0 }), subPlan)).toEqual(NO_USAGE);
});

test('chargeOf: what is known of a sub-plan, even if a call in it was lost', () => {
  expect(chargeOf(outcome('failed', { usage: usage(4), lost: true }), subPlan)).toEqual(usage(4));
});

test('holdCovers: as much as is held, of what is limited', () => {
  const escrow = escrowOf();
  hold(escrow, 'a', { estimate: usage(10) });
  expect([holdCovers(escrow, 'a', usage(10, 99)), holdCovers(escrow, 'a', usage(11))]).toEqual([true, false]);
});

test('holdCovers: a fraction that floating point has lost is covered', () => {
  const escrow = createEscrow({ budget: { usd: 1 } });
  hold(escrow, 'a', { estimate: usage(0, 1, 0.3) });
  expect(holdCovers(escrow, 'a', usage(0, 1, 0.1 + 0.2))).toBe(true);
  hold(escrow, 'free', { estimate: usage(0) });
  expect([holdCovers(escrow, 'free', usage(0, 1, DUST)), holdCovers(escrow, 'free', usage(0, 1, 2 * DUST))]).toEqual([
    true,
    false,
  ]);
});

test('holdCovers: anything, where nothing is held', () => {
  expect(holdCovers(escrowOf(), 'a', usage(1000))).toBe(true);
});

test('holdCovers: every amount has to be covered', () => {
  const escrow = createEscrow({ budget: { tokens: 100, calls: 5 } });
  hold(escrow, 'a', { estimate: usage(10, 1) });
  expect(holdCovers(escrow, 'a', usage(10, 2))).toBe(false);
});

test('estimateOf: what the agent declares, else one call', () => {
  const escrow = escrowOf({ echo: { tokens: 7 } });
  expect([estimateOf(escrow, 'echo'), estimateOf(escrow, 'other')]).toEqual([usage(7), usage(0)]);
});

test('estimateOf: the mean of what was used, if that is more, in whole tokens', () => {
  const escrow = escrowOf({ echo: { calls: 2, tokens: 7, usd: 0.1 } });
  learn(escrow, 'echo', outcome('succeeded', { usage: usage(10, 4, 1) }));
  learn(escrow, 'echo', outcome('succeeded', { usage: usage(11, 4, 2) }));
  expect(estimateOf(escrow, 'echo')).toEqual({ calls: 2, tokens: 11, usd: 1.5 });
});

test('estimateOf: what is declared, if the mean is less', () => {
  const escrow = escrowOf({ echo: { tokens: 7, usd: 2 } });
  learn(escrow, 'echo', outcome('succeeded', { usage: usage(1, 1, 1) }));
  expect(estimateOf(escrow, 'echo')).toEqual({ calls: 1, tokens: 7, usd: 2 });
});
