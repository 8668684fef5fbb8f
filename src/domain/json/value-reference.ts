// References to large values that are stored outside the server. A run keeps a reference in its state and passes it on; the value is read
// when an agent needs it, or when an expression looks inside.
// F1. Only the activity `callAgent` makes references, of outputs of agents. The payload converter carries them (values/payload-converter.cjs).
// F2. A value that contains references is read with `openValue`. If one of them has not been opened, that throws ValuesNeededError, and
//     the run fetches the values and evaluates again.
// F3. Data never becomes a reference: what looks like one in a plan, an input or an output is text.
import { fitsInto, jsonBytes } from './byte-size.js';

/** The converter has a class of its own: it is loaded by its path, and bundled apart. The property is the same. */
const CLAIM = Symbol.for('baton.valueReference');

/** The properties of the claim of a stored value. `jsonBytes` is the size of the value as JSON. */
export type ValueClaim = Readonly<Record<string, string>>;

export class ValueReference {
  readonly [CLAIM]: ValueClaim;

  constructor(claim: ValueClaim) {
    this[CLAIM] = claim;
  }

  toJSON(): string {
    return `baton:value:0:${this[CLAIM]['hash']}`;
  }
}

export const isValueReference = (value: unknown): value is ValueReference =>
  typeof value === 'object' && value !== null && CLAIM in value;

export const claimOf = (reference: ValueReference): ValueClaim => reference[CLAIM];

/** Identifies the value. */
export const hashOf = (reference: ValueReference): string => String(claimOf(reference)['hash']);

/** The size of the value as JSON. */
export const referencedBytes = (reference: ValueReference): number => Number(claimOf(reference)['jsonBytes']);

/** The bytes that a reference takes where a value is carried. */
export const REFERENCE_BYTES = 512;

/** The size as JSON where the value is carried. */
export const carriedBytes = (value: unknown): number =>
  jsonBytes(value) + valueReferencesIn(value).length * REFERENCE_BYTES;

/** The size as JSON for readers, who get the values themselves. */
export const openedBytes = (value: unknown): number =>
  valueReferencesIn(value).reduce((sum, reference) => sum + referencedBytes(reference), jsonBytes(value));

/** True if readers get at most this many bytes of JSON. */
export const fitsOpened = (value: unknown, limit: number): boolean =>
  hasValueReferences(value) ? openedBytes(value) <= limit : fitsInto(value, limit);

/** Values do not change once a run has them, so each is searched once. */
const searched = new WeakMap<object, boolean>();

export function hasValueReferences(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const known = searched.get(value);
  if (known !== undefined) return known;
  const found = search(value);
  searched.set(value, found);
  return found;
}

function search(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isValueReference(value) || Object.values(value).some(search);
}

/** All references within a value, in order. */
export function valueReferencesIn(value: unknown): ValueReference[] {
  const found: ValueReference[] = [];
  if (hasValueReferences(value)) copyData(value, (reference) => found.push(reference));
  return found;
}

/** The value, with something else for each reference. Without references, the value itself. */
export const replaceReferences = (value: unknown, replace: (reference: ValueReference) => unknown): unknown =>
  hasValueReferences(value) ? copyData(value, replace) : value;

/** A copy of data. References stay what they are, unless they are replaced. */
export function copyData(
  value: unknown,
  replace: (reference: ValueReference) => unknown = (reference) => reference,
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isValueReference(value)) return replace(value);
  if (Array.isArray(value)) return value.map((part) => copyData(part, replace));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyData(part, replace)] as const));
}

export class ValuesNeededError extends Error {
  override readonly name = 'ValuesNeededError';

  constructor(readonly references: readonly ValueReference[]) {
    super(`${references.length} stored values are needed`);
  }
}

/** The values that have been read, by hash. */
export type OpenedValues = ReadonlyMap<string, unknown>;

let opened: OpenedValues = new Map();

/** While `go` runs, these values can be read. */
export function withOpenedValues<T>(values: OpenedValues, go: () => T): T {
  const outer = opened;
  opened = values;
  try {
    return go();
  } finally {
    opened = outer;
  }
}

/** The value with everything that it refers to. Throws ValuesNeededError. */
export function openValue(value: unknown): unknown {
  const closed = valueReferencesIn(value).filter((reference) => !opened.has(hashOf(reference)));
  if (closed.length > 0) throw new ValuesNeededError(closed);
  return replaceReferences(value, (reference) => opened.get(hashOf(reference)));
}

const CLOSED = Symbol('closed');

/** An object whose fields are opened when they are read. `closedFields` returns them as they are. */
export function openedWhenRead(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (!Object.values(fields).some(hasValueReferences)) return fields;
  const made: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    Object.defineProperty(made, key, { enumerable: true, get: () => openValue(value) });
  }
  return Object.defineProperty(made, CLOSED, { value: fields });
}

export const closedFields = (object: object): object => (CLOSED in object ? (object[CLOSED] as object) : object);
