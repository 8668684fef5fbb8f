// Measures a value before it is written as JSON. JSONata's values may share parts, so that a small value becomes huge JSON
// (`{a: $s, b: $s}`, nested 27 times), or contain themselves.
import { ExpressionError } from '../error.js';
import type { Meter } from './meter.js';

/** Deeper than any data that people write, and far below the limit of the JavaScript stack. */
const MAX_DEPTH = 1_000;

// A variable of this module, because access to a global is slow in the sandbox of Workflow code.
const { isArray } = Array;

/** Cost of writing one value as JSON, in units. */
const VALUE_COST = 50;

/** Spends the cost of writing the value as JSON. Throws an ExpressionError if that is too much. */
export function spendOnJson(value: unknown, meter: Meter, depth = 0): void {
  meter.spend(VALUE_COST);
  if (typeof value === 'string') return meter.spend(value.length);
  if (typeof value !== 'object' || value === null || '_jsonata_lambda' in value) return;
  if (depth >= MAX_DEPTH) throw new ExpressionError(`expected at most ${MAX_DEPTH} levels of lists and objects`);
  if (isArray(value)) {
    for (const part of value) spendOnJson(part, meter, depth + 1);
    return;
  }
  for (const key in value) {
    meter.spend(key.length);
    spendOnJson((value as Record<string, unknown>)[key], meter, depth + 1);
  }
}
