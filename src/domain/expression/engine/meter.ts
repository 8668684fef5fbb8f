// Counts what an expression costs. A unit is about 10 ns of one CPU: a function call, or one iteration of a loop of the evaluator. The
// count depends only on the expression and its data, so a replay stops at the same point as the run. For the same reason, costs and
// bounds are history: they may change only under new rules (`domain/rules.ts`).
import { ExpressionError } from '../error.js';

/** About one second. Ordinary work on 50,000 rows needs at most half of this, and mostly a tenth. */
export const MAX_COST = 100_000_000;

/** Longer than any text that can leave an expression, which must fit into a payload of 2 MiB. */
const MAX_TEXT = 4_000_000;

/** Longer text is seldom made from small pieces, and each result takes memory of its own once it is read. */
const LONG_TEXT = 100_000;

/** More elements than JSON in a payload of 2 MiB can have. */
export const MAX_LIST = 2_000_000;

/** An element takes 8 to 16 bytes of memory as long as its list exists. */
export const ELEMENT_COST = 4;

/** Characters or elements that built-in functions of JavaScript read in one unit. */
const PER_UNIT = 16;

export const TOO_LONG = 'it takes too long: stopped after about a second; do less in it, or do it in an agent';

/** The counter that the evaluator counts down. It is a whole number, which is much faster. */
export interface Counter {
  left: number;
}

/** The functions that the generated evaluator calls. All throw an ExpressionError at the limit. */
export interface Meter {
  stop(): never;
  spend(units: number): void;
  /** Spends the cost of reading text or a list of this length. */
  spendOnReading(length: number): void;
  /** Spends the cost of making text of this length. */
  spendOnText(length: number): void;
  /** Throws if text of this length is too long. */
  checkText(length: number): void;
  push(list: unknown[], value: unknown): number;
  /** Joins text or lists. JavaScript copies joined text only when it is read, but then it takes memory. */
  concat(left: string | unknown[], right: unknown): unknown;
  /** Adds numbers, or adds to text in a loop. */
  add(left: unknown, right: unknown): unknown;
}

export function createMeter(counter: Counter): Meter {
  const stop = (): never => {
    throw new ExpressionError(TOO_LONG);
  };
  const spend = (units: number): void => {
    if ((counter.left -= units) < 0) stop();
  };
  const spendOnReading = (length: number): void => spend(Math.ceil(length / PER_UNIT));
  const checkText = (length: number): void => {
    if (length > MAX_TEXT) throw new ExpressionError(`expected text of at most ${MAX_TEXT} characters, got ${length}`);
  };
  const spendOnText = (length: number): void => {
    checkText(length);
    spend(length);
  };
  return {
    stop,
    spend,
    spendOnReading,
    spendOnText,
    checkText,
    push(list, value) {
      spend(ELEMENT_COST);
      if (list.length >= MAX_LIST) throw tooLong(list.length + 1);
      return list.push(value);
    },
    concat(left, right) {
      if (typeof left === 'string') {
        const made = left + String(right);
        checkText(made.length);
        spend(made.length > LONG_TEXT ? made.length >> 1 : made.length >> 3);
        return made;
      }
      const more = Array.isArray(right) ? right.length : 1;
      if (left.length + more > MAX_LIST) throw tooLong(left.length + more);
      spend(left.length + more);
      return left.concat(right);
    },
    add(left, right) {
      if (typeof left === 'number' && typeof right === 'number') return left + right;
      const end = String(right);
      const made = String(left) + end;
      checkText(made.length);
      spend(end.length);
      return made;
    },
  };
}

export const tooLong = (length: number): ExpressionError =>
  new ExpressionError(`expected a list of at most ${MAX_LIST} elements, got ${length}`);
