// JSON.parse takes the last of two values under one key, without a word: a plan would lose a task.
import type { Path } from './problem.js';

/** Strings, and the signs that open, close and part; numbers and words lie between them. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

interface Open {
  /** Keys so far; absent in an array. */
  readonly keys?: Set<string>;
  /** Where it is: the key or the index that comes next, or is being read. */
  at: string | number;
}

/** Where a key stands for the second time in its object; `undefined` if none does. Expects JSON. */
export function duplicateKey(json: string): Path | undefined {
  const open: Open[] = [];
  let text = '';
  for (const [token] of json.matchAll(TOKENS)) {
    const inner = open.at(-1);
    if (token === '{') open.push({ keys: new Set(), at: '' });
    else if (token === '[') open.push({ at: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && typeof inner?.at === 'number') inner.at++;
    else if (token === ':' && inner?.keys !== undefined) {
      inner.at = JSON.parse(text) as string;
      if (inner.keys.has(inner.at)) return open.map(({ at }) => at);
      inner.keys.add(inner.at);
    } else if (token !== ',') text = token;
  }
  return undefined;
}
