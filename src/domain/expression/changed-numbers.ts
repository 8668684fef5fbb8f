// Numbers written in an expression that JavaScript cannot hold: JSONata reads the 64-bit integer of an order as a neighbouring one, and
// reports nothing.
import { isHeld, MAY_CHANGE } from '../json/read-json.js';
import { isRecord } from '../json/own-property.js';
import { parseSource } from './expression.js';

/** A number as JSONata reads it. */
const NUMBER = /(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][-+]?\d+)?/g;

/** The literals of the source that would be changed. The source can be parsed. */
export function changedNumbersIn(source: string): string[] {
  if (!MAY_CHANGE.test(source)) return [];
  // JSONata keeps only the value that JavaScript holds, and where the number ends. Texts and names have digits, too.
  const ends = numberEnds(source);
  const texts = [...source.matchAll(NUMBER)].flatMap(({ 0: text, index }) =>
    ends.has(index + text.length) ? [text] : [],
  );
  return texts.filter((text) => !isHeld(text));
}

/** Where the numbers of the syntax tree end. */
function numberEnds(source: string): Set<unknown> {
  const found = new Set<unknown>();
  const open: unknown[] = [parseSource(source).ast()];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    if (isRecord(part) && part['type'] === 'number') found.add(part['position']);
    for (const below of Object.values(part)) if (below !== undefined) open.push(below);
  }
  return found;
}
