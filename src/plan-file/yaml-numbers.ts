// Numbers of a YAML document that JavaScript cannot hold: as keys and as values.
import { visit, type Document } from 'yaml';
import { isHeld } from '../domain/json/read-json.js';

/** Each number that would be changed, as it was written. */
export function changedNumbers(document: Document.Parsed): { source: string; offset: number }[] {
  const found: { source: string; offset: number }[] = [];
  visit(document, {
    Scalar(_key, { value, source, range }) {
      if (typeof value !== 'number' || source === undefined || isKept(source, value)) return;
      found.push({ source, offset: range?.[0] ?? 0 });
    },
  });
  return found;
}

function isKept(source: string, value: number): boolean {
  if (/^[-+]?0[xo]/.test(source)) return Number.isSafeInteger(value);
  // What is written as infinite, or as not a number, is not JSON, which is reported later.
  return /\.(?:inf|nan)$/i.test(source) || isHeld(source);
}
