// The fast path of expressions: `$tasks.a.output.files`, `$tasks.b.output[$index]`, `$input.rows[0].name` are walked without
// JSONata. The result is the same. If JSONata would map over a list, or has a special rule for a value, the walk stops
// (`walked: false`) and JSONata evaluates the expression.
import { closed, entered, fieldOf, RESERVED, type Walk } from './plain-path.js';
import type { Scope } from './engine/marks.js';

interface Step {
  /** Absent in a step that only has an index. */
  readonly key?: string;
  /** A number, or the name of a variable that holds one. */
  readonly index?: number | string;
}

export interface IndexedPath {
  readonly root: string;
  readonly steps: readonly Step[];
}

const NAME = '[A-Za-z_][A-Za-z0-9_]*';
const INDEX = String.raw`(?:\[\s*(-?\d{1,9}|\$[A-Za-z][A-Za-z0-9_]*)\s*\])?`;
const PATH = new RegExp(String.raw`^\s*\$([A-Za-z][A-Za-z0-9_]*)${INDEX}((?:\.${NAME}${INDEX})*)\s*$`);
const STEP = new RegExp(String.raw`\.(${NAME})${INDEX}`, 'g');

export function parseIndexedPath(source: string): IndexedPath | undefined {
  const match = PATH.exec(source);
  if (match === null) return undefined;
  const [, root = '', index, rest = ''] = match;
  const steps: Step[] = index === undefined ? [] : [{ index: readIndex(index) }];
  for (const [, key = '', at] of rest.matchAll(STEP)) {
    if (RESERVED.has(key)) return undefined;
    steps.push(at === undefined ? { key } : { key, index: readIndex(at) });
  }
  return { root, steps };
}

const readIndex = (text: string): number | string => (text.startsWith('$') ? text.slice(1) : Number(text));

export function walkIndexedPath({ root, steps }: IndexedPath, scope: Scope): Walk {
  if (!Object.hasOwn(scope, root)) return { walked: false };
  let value = scope[root];
  for (const { key, index } of steps) {
    value = entered(value);
    if (key !== undefined) {
      if (Array.isArray(value)) return { walked: false };
      value = fieldOf(value, key);
    }
    if (index !== undefined) value = entered(value);
    if (index !== undefined) {
      const at = typeof index === 'string' ? scope[index] : index;
      if (typeof at !== 'number' || !Number.isFinite(at)) return { walked: false };
      if (value !== undefined) value = (Array.isArray(value) ? value : [value]).at(Math.floor(at)) as unknown;
    }
  }
  return { walked: true, value: closed(value) };
}
