// Bounds of the size of a value as JSON, from the lengths of its texts alone: no character is read, and no text is made.

export interface SizeBounds {
  readonly least: number;
  readonly most: number;
}

/** A UTF-16 unit becomes `\\u001f` at most. */
const MOST_BYTES_OF_UNIT = 6;
/** `-2.2250738585072014e-308`. */
const MOST_BYTES_OF_NUMBER = 24;
/** `false`. */
const MOST_BYTES_OF_CONSTANT = 5;
/** Deeper values are not looked into: the walk would need too much of the stack. */
const MOST_LEVELS = 500;

/** Bounds of data. Of a value that is not plain data nothing is known. Stops as soon as `least` is above `enough`. */
export function sizeBounds(value: unknown, enough = Infinity): SizeBounds {
  const bounds = { least: 0, most: 0 };
  addValue(bounds, value, enough, 0);
  return bounds.most === Infinity ? { least: 0, most: Infinity } : bounds;
}

interface Sum {
  least: number;
  most: number;
}

function addValue(sum: Sum, value: unknown, enough: number, level: number): void {
  if (sum.least > enough || sum.most === Infinity) return;
  switch (typeof value) {
    case 'string':
      return addText(sum, value);
    case 'number':
      return addBytes(sum, 1, MOST_BYTES_OF_NUMBER);
    case 'boolean':
    case 'undefined':
      return addBytes(sum, 0, MOST_BYTES_OF_CONSTANT);
    case 'object':
      if (value === null) return addBytes(sum, 4, 4);
      if (level < MOST_LEVELS && isPlain(value)) return addFields(sum, value, enough, level + 1);
  }
  sum.most = Infinity;
}

function addFields(sum: Sum, value: object, enough: number, level: number): void {
  if (Array.isArray(value)) {
    addBytes(sum, value.length, value.length + 2);
    for (const element of value) addValue(sum, element, enough, level);
    return;
  }
  addBytes(sum, 2, 2);
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    addText(sum, key);
    addBytes(sum, 1, 2);
    addValue(sum, field, enough, level);
  }
}

function addText(sum: Sum, text: string): void {
  addBytes(sum, text.length + 2, text.length * MOST_BYTES_OF_UNIT + 2);
}

function addBytes(sum: Sum, least: number, most: number): void {
  sum.least += least;
  sum.most += most;
}

function isPlain(value: object): boolean {
  if ('toJSON' in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
