import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headOf, tailOf, wellFormedError } from '../../../src/domain/text/well-formed.js';

const HALF = '\ud83d';

describe('a text', () => {
  test('headOf and tailOf cut between characters', () => {
    expect(headOf('ab😀', 3)).toBe('ab');
    expect(headOf('ab😀', 4)).toBe('ab😀');
    expect(tailOf('😀ab', 3)).toBe('ab');
    expect(tailOf('😀ab', 4)).toBe('😀ab');
  });

  test('a well-formed text stays well formed, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, length) => {
        for (const part of [headOf(text, length), tailOf(text, length)]) {
          expect(part.isWellFormed()).toBe(true);
          expect(part.length).toBeGreaterThanOrEqual(Math.min(text.length, length) - 1);
          expect(part.length).toBeLessThanOrEqual(length);
        }
      }),
    );
  });
});

describe('an error', () => {
  const texts = (error: unknown): unknown[] =>
    error instanceof Error ? [error.message, error.stack, error.name, ...texts(error.cause)] : [error];

  test('wellFormedError mends the texts of an error and its causes, and returns the same error', () => {
    const cause = new TypeError(`beneath ${HALF}`, { cause: `text ${HALF}` });
    const error = new Error(`above ${HALF}`, { cause });
    expect(wellFormedError(error)).toBe(error);
    expect(error.message).toBe('above \ufffd');
    expect(error.cause).toBe(cause);
    expect(texts(error).every((text) => String(text).isWellFormed())).toBe(true);
  });

  test('wellFormedError replaces a frozen error', () => {
    const error = Object.freeze(new Error(`no ${HALF}`));
    expect(wellFormedError(error)).toMatchObject({ message: 'no \ufffd' });
    const above = new Error('above', { cause: error });
    expect(wellFormedError(above)).toMatchObject({ message: 'above', cause: { message: 'no \ufffd' } });
  });

  test('wellFormedError ends for an error that is its own cause', () => {
    const error = new Error(`circle ${HALF}`);
    error.cause = error;
    expect(texts((wellFormedError(error) as Error).message)).toEqual(['circle \ufffd']);
  });
});
