// JSON.parse keeps the last of two values with the same key and reports nothing: a plan would lose a task.
import type { Path } from '../problem.js';

/** Strings and punctuation. Numbers and literals lie between them. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

interface Container {
  /** The keys so far; absent in an array. */
  readonly keys?: Set<string>;
  /** The key or the index of the present value. */
  at: string | number;
}

export interface DuplicateKey {
  readonly path: Path;
  readonly key: string;
  /** The position of the second occurrence in the text. */
  readonly offset: number;
}

/** Each key that occurs again in its object, in the order of the text. Expects valid JSON. */
export function* duplicateKeys(json: string): Generator<DuplicateKey> {
  const open: Container[] = [];
  let text = '';
  let offset = 0;
  for (const { 0: token, index } of json.matchAll(TOKENS)) {
    const inner = open.at(-1);
    if (token === '{') open.push({ keys: new Set(), at: '' });
    else if (token === '[') open.push({ at: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && typeof inner?.at === 'number') inner.at++;
    else if (token === ':' && inner?.keys !== undefined) {
      const key = JSON.parse(text) as string;
      inner.at = key;
      if (inner.keys.has(key)) yield { path: open.map(({ at }) => at), key, offset };
      inner.keys.add(key);
    } else if (token !== ',') [text, offset] = [token, index];
  }
}

/** The path of the first duplicate key; `undefined` if there is none. Expects valid JSON. */
export function duplicateKey(json: string): Path | undefined {
  for (const { path } of duplicateKeys(json)) return path;
  return undefined;
}
