// Reads stored values for expressions that look inside. What is passed on unopened is never read by the run.
// Q1. A value is read once while the run keeps it: the values that were used last, within a bound on their size.
// Q2. What is kept depends on the history alone, so a replay reads the same values.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { Allowance } from '../domain/expression/expression.js';
import type { MaybePromise } from '../domain/expression/maybe-promise.js';
import {
  hashOf,
  hasValueReferences,
  openValue,
  referencedBytes,
  ValuesNeededError,
  withOpenedValues,
  type OpenedValues,
  type ValueReference,
} from '../domain/json/value-reference.js';
import type { Rules } from '../domain/rules.js';
import { outlastStorage } from './calls/outlast-storage.js';
import type { Pace } from './workflow-task/pace.js';

/** As much as a process keeps of what it reads. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** Values that are read at the same time: each is in the memory of a worker twice. */
const PARALLEL_READS = 8;

/** The activity fails only if its worker dies, or if the value is lost. */
const ATTEMPTS = 10;

export interface StoredValues {
  /** By hash, the values that were used last; the oldest first. */
  readonly kept: Map<string, { readonly value: unknown; readonly bytes: number }>;
  /** By hash, those that are being read. */
  readonly reading: Map<string, Promise<unknown>>;
  /** The number of values that have been read. */
  count: number;
}

/** What of a run it needs. */
export interface ValueReader {
  readonly rules: Rules;
  readonly pace: Pace;
  readonly storedValues: StoredValues;
}

export const noStoredValues = (): StoredValues => ({ kept: new Map(), reading: new Map(), count: 0 });

/** Evaluates, and again if stored values are needed, with them. */
export function evaluateWithValues(
  run: ValueReader,
  evaluate: (from: Allowance) => unknown,
  known: OpenedValues = new Map(),
): MaybePromise<unknown> {
  // Runs of earlier rules have no references.
  if (run.rules < 3) return run.pace.evaluate(evaluate);
  const readAndRepeat = async (error: unknown): Promise<unknown> => {
    if (!(error instanceof ValuesNeededError)) throw error;
    const more = await readValues(run, error.references);
    return await evaluateWithValues(run, evaluate, new Map([...known, ...more]));
  };
  try {
    const value = run.pace.evaluate((from) => withOpenedValues(known, () => evaluate(from)));
    return value instanceof Promise ? value.catch(readAndRepeat) : value;
  } catch (error) {
    if (error instanceof ValuesNeededError) return readAndRepeat(error);
    throw error;
  }
}

/** The value with everything that it refers to. */
export function openInRun(run: ValueReader, value: unknown): MaybePromise<unknown> {
  return hasValueReferences(value) ? evaluateWithValues(run, () => openValue(value)) : value;
}

async function readValues(run: ValueReader, references: readonly ValueReference[]): Promise<OpenedValues> {
  const wanted = new Map(references.map((reference) => [hashOf(reference), reference] as const));
  const found = new Map<string, unknown>();
  const left = [...wanted.values()];
  while (left.length > 0) {
    const next = left.splice(0, PARALLEL_READS);
    const values = await Promise.all(next.map((reference) => readValue(run, reference)));
    for (const [i, reference] of next.entries()) found.set(hashOf(reference), values[i]);
  }
  return found;
}

async function readValue(run: ValueReader, reference: ValueReference): Promise<unknown> {
  const { kept, reading } = run.storedValues;
  const hash = hashOf(reference);
  // Another task may be reading it; if that task is cancelled, this one reads it itself.
  for (let other = reading.get(hash); other !== undefined; other = reading.get(hash))
    await other.catch(() => undefined);
  const known = kept.get(hash);
  if (known !== undefined) {
    kept.delete(hash);
    kept.set(hash, known);
    return known.value;
  }
  const request = requestValue(run, reference);
  reading.set(hash, request);
  try {
    const value = await request;
    keep(run.storedValues, hash, { value, bytes: referencedBytes(reference) });
    return value;
  } finally {
    reading.delete(hash);
  }
}

async function requestValue(run: ValueReader, reference: ValueReference): Promise<unknown> {
  const { readValue: read } = proxyActivities<Activities>({
    activityId: `value:${++run.storedValues.count}`,
    summary: `read a stored value of ${referencedBytes(reference)} bytes`,
    startToCloseTimeout: '5m',
    retry: { maximumAttempts: ATTEMPTS },
  });
  return await outlastStorage(run, () => read({ value: reference }));
}

function keep({ kept }: StoredValues, hash: string, entry: { readonly value: unknown; readonly bytes: number }): void {
  kept.set(hash, entry);
  let bytes = [...kept.values()].reduce((sum, one) => sum + one.bytes, 0);
  for (const [oldest, { bytes: size }] of kept) {
    if (bytes <= MAX_KEPT_BYTES || oldest === hash) break;
    kept.delete(oldest);
    bytes -= size;
  }
}
