import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BreakerReport } from '../../../src/domain/breaker/messages.js';
import { decodeOutcome, encodeOutcome } from '../../../src/domain/breaker/outcome-letters.js';

const outcome = fc.record({
  verdict: fc.constantFrom('succeeded' as const, 'failed' as const, 'ignored' as const),
  ms: fc.nat(4_000),
});

test('outcome letters: decoding an encoded outcome keeps the verdict, and whether the call was slow', () => {
  const slowCalls = { slowCallMs: 2_000 };
  fc.assert(
    fc.property(outcome, ({ verdict, ms }) => {
      const letter = encodeOutcome({ verdict, ms }, slowCalls);
      const decoded = decodeOutcome(letter, slowCalls);
      expect(decoded.verdict).toBe(verdict);
      expect(decoded.ms >= 2_000).toBe(verdict !== 'ignored' && ms >= 2_000);
      expect(BreakerReport.shape.calls.safeParse(letter).success).toBe(true);
    }),
  );
});

test('outcome letters: without a slowCall setting no call is slow', () => {
  const slowCalls = { slowCallMs: Infinity };
  expect(encodeOutcome({ verdict: 'failed', ms: 1e9 }, slowCalls)).toBe('F');
});
