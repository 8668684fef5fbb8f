// Replaces JSONata's text functions whose cost does not show in their loops: their results may be far larger than their arguments.
// A character is a Unicode code point, as in JSONata.
import { jsonataError } from './jsonata-error.js';
import { ELEMENT_COST, type Meter } from './meter.js';
import type { Focus, Fn, Functions } from './sequence.js';

/** JSONata's functions return `undefined` if their text is `undefined`. */
type Text = string | undefined;

const PAIRED = /[\ud800-\udbff]/;

/** True if the text has surrogate pairs; without them, each code unit is a character. */
const hasPairs = (text: string): boolean => PAIRED.test(text);

function lengthOf(text: string, meter: Meter): number {
  meter.spendOnReading(4 * text.length);
  if (!hasPairs(text)) return text.length;
  meter.spend(text.length);
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** The position of the n-th character, or the end of the text. */
function placeOf(text: string, n: number, meter: Meter): number {
  meter.spendOnReading(4 * text.length);
  if (!hasPairs(text)) return Math.min(n, text.length);
  meter.spend(text.length);
  let at = 0;
  for (let seen = 0; seen < n && at < text.length; seen++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return at;
}

export const textFunctions = (fn: Functions, meter: Meter): Functions => ({
  ...Object.fromEntries(SLOW.map((name) => [name, slowly(fn[name]!, meter)])),

  ...Object.fromEntries(SEARCHING.map((name) => [name, searching(fn[name]!, meter)])),

  split(this: Focus, str: unknown, separator: unknown, limit: unknown): unknown {
    const split = searching(fn['split']!, meter).call(this, str, separator, limit);
    if (Array.isArray(split)) meter.spend(ELEMENT_COST * split.length);
    return split;
  },

  length: (str: Text): number | undefined => (str === undefined ? undefined : lengthOf(str, meter)),

  substring(str: Text, start: number, length?: number): Text {
    if (str === undefined) return undefined;
    // Characters are counted only if the start counts from the end.
    const total = start < 0 ? lengthOf(str, meter) : 0;
    const first = start < 0 && total + start < 0 ? 0 : start;
    const place = (n: number): number => placeOf(str, Math.trunc(n) < 0 ? total + Math.trunc(n) : Math.trunc(n), meter);
    if (length === undefined) return str.slice(place(first));
    if (length <= 0) return '';
    return str.slice(place(first), place(first >= 0 ? first + length : total + first + length));
  },

  pad(str: Text, width: number, char?: string): Text {
    if (str === undefined) return undefined;
    const missing = Math.abs(Math.trunc(width)) - lengthOf(str, meter);
    if (!(missing > 0)) return str;
    const filling = char === undefined || char === '' ? ' ' : char;
    const times = Math.ceil(missing / lengthOf(filling, meter));
    meter.spendOnText(str.length + times * filling.length);
    const padding = filling.repeat(times);
    const exact = padding.slice(0, placeOf(padding, missing, meter));
    return width > 0 ? str + exact : exact + str;
  },

  join(strs: readonly string[] | undefined, separator = ''): Text {
    if (strs === undefined) return undefined;
    const length = strs.reduce((sum, str) => sum + str.length, Math.max(0, strs.length - 1) * separator.length);
    meter.spendOnText(length);
    return strs.join(separator);
  },

  replace(this: Focus, str: unknown, pattern: unknown, replacement: unknown, limit: unknown): unknown {
    if (typeof str === 'string' && typeof pattern === 'string' && typeof replacement === 'string') {
      spendOnSearch(str, pattern, meter);
      return replaceText(meter, { str, pattern, replacement, limit: limit as number | undefined });
    }
    return fn['replace']!.apply(this, [str, pattern, replacement, limit] as never[]);
  },
});

/** Functions that take about 10 ns for each character. */
const SLOW = [
  'encodeUrl',
  'encodeUrlComponent',
  'decodeUrl',
  'decodeUrlComponent',
  'base64encode',
  'base64decode',
  'trim',
];

const slowly = (fn: Fn, meter: Meter) =>
  function slow(this: Focus, str: unknown): unknown {
    if (typeof str === 'string') meter.spend(str.length);
    return fn.call(this, str as never);
  };

const SEARCHING = ['contains', 'substringBefore', 'substringAfter'];

/** JavaScript's search may compare each character of the text with each character that is searched for, in a third of a ns each. */
const COMPARISONS_PER_UNIT = 32;

const spendOnSearch = (text: string, wanted: string, meter: Meter): void =>
  meter.spend(Math.ceil((text.length * wanted.length) / COMPARISONS_PER_UNIT));

const searching = (fn: Fn, meter: Meter) =>
  function search(this: Focus, str: unknown, wanted: unknown, ...more: unknown[]): unknown {
    if (typeof str === 'string' && typeof wanted === 'string') spendOnSearch(str, wanted, meter);
    return fn.apply(this, [str, wanted, ...more] as never[]);
  };

/** Replaces text by text. Regular expressions and functions are left to JSONata. */
function replaceText(
  meter: Meter,
  {
    str,
    pattern,
    replacement,
    limit,
  }: { str: string; pattern: string; replacement: string; limit: number | undefined },
): string {
  if (pattern === '') throw jsonataError('D3010', { value: pattern, index: 2 });
  if (limit !== undefined && limit < 0) throw jsonataError('D3011', { value: limit, index: 4 });
  const parts: string[] = [];
  let [from, length] = [0, 0];
  for (let at = str.indexOf(pattern); at !== -1; at = str.indexOf(pattern, from)) {
    if (limit !== undefined && parts.length >= 2 * limit) break;
    parts.push(str.slice(from, at), replacement);
    length += at - from + replacement.length;
    from = at + pattern.length;
    meter.spend(8 + replacement.length);
    meter.checkText(length);
  }
  return parts.join('') + str.slice(from);
}
