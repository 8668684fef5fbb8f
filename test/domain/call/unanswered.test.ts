import { describe, expect, test } from 'vitest';
import { isProvenAnswered, unansweredBefore } from '../../../src/domain/call/unanswered.js';

const LOST = (attempt: number) => `attempt ${attempt} got no answer: its worker was lost`;

describe('unansweredBefore', () => {
  test('a first attempt has none before it', () => {
    expect(unansweredBefore({}, 1)).toBeUndefined();
    expect(unansweredBefore({ progress: 1 }, 1)).toBeUndefined();
  });

  test('an attempt that noted its end was answered, unless one is noted that was not', () => {
    expect(unansweredBefore({ ended: 1 }, 2)).toBeUndefined();
    expect(unansweredBefore({ ended: 3 }, 4)).toBeUndefined();
    expect(unansweredBefore({ ended: 3, unanswered: 'attempt 1 got no answer: late' }, 4)).toBe(
      'attempt 1 got no answer: late',
    );
  });

  test('an attempt that noted no end was lost', () => {
    expect(unansweredBefore({}, 2)).toBe(LOST(1));
    expect(unansweredBefore({ ended: 1 }, 3)).toBe(LOST(2));
    expect(unansweredBefore({ ended: 1, open: true }, 3)).toBe(LOST(2));
    expect(unansweredBefore({ ended: 4, refused: 2 }, 6)).toBe(LOST(3));
  });

  test("a person's retry, which counts from 1 again, forgets nothing", () => {
    expect(unansweredBefore({ ended: 3 }, 1)).toBeUndefined();
    expect(unansweredBefore({ ended: 3, open: true }, 1)).toBe(LOST(1));
    expect(unansweredBefore({ ended: 3, unanswered: 'x' }, 1)).toBe('x');
    // The first attempt after it noted that it was at work, and then nothing.
    expect(unansweredBefore({ ended: 1, open: true }, 2)).toBe(LOST(1));
  });
});

test('isProvenAnswered: only where the last attempt has noted its end', () => {
  expect(isProvenAnswered({ ended: 2 })).toBe(true);
  expect(isProvenAnswered({})).toBe(false);
  expect(isProvenAnswered({ ended: 2, open: true })).toBe(false);
  expect(isProvenAnswered({ ended: 2, unanswered: 'x' })).toBe(false);
});
