// What is wrong with something a person or a planner wrote, as data: all of it at once, each with a code, a path and a message.
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';

export const Problem = z.strictObject({
  /** Stable, for programs: `plan.cycle`, `plan.unknown-need`, … */
  code: z.string(),
  /** Where, as a person would write it: `tasks.b.needs[0]`; empty for the whole. */
  path: z.string(),
  /** Expectation and what came. */
  message: z.string(),
  /** What to do about it. */
  hint: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

export type Path = readonly PropertyKey[];

/** `['tasks', 'b', 'needs', 0]` → `tasks.b.needs[0]`; keys that are no names are quoted. */
export function formatPath(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (PLAIN_KEY.test(String(key))) text += text === '' ? String(key) : `.${String(key)}`;
    else text += `[${got(String(key))}]`;
  }
  return text;
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]{0,99}$/;

export const problem = (code: string, path: Path, message: string, hint?: string): Problem =>
  hint === undefined ? { code, path: formatPath(path), message } : { code, path: formatPath(path), message, hint };

/** One line: `tasks.b.needs[0]: expected …, got "x"; did you mean "ax"?` */
export const formatProblem = ({ path, message, hint }: Problem): string =>
  `${path === '' ? 'plan' : path}: ${message}${hint === undefined ? '' : `; ${hint}`}`;

/** Prints a value for a message: short, on one line, with nothing in it that a terminal would obey. */
export function got(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = jsonOf(value).replace(OBEYED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return text.length > 80 ? `${text.slice(0, 77).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}

/** Control characters, line separators, and marks that turn the direction of text. */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? `a ${typeof value}`;
  } catch {
    return typeof value === 'bigint' ? `${value}n` : 'a value that holds itself';
  }
}

/** Names longer than this are not compared: near misses are typed by hand. */
const MAX_COMPARED = 120;

/** `did you mean "ax"?` if one of the names is near what came, within a third of its length. */
export function didYouMean(came: string, names: Iterable<string>): string | undefined {
  if (came.length > MAX_COMPARED) return undefined;
  let best: { name: string; far: number } | undefined;
  for (const name of names) {
    if (Math.abs(name.length - came.length) > 3) continue;
    const far = distance(came.toLowerCase(), name.toLowerCase());
    if (best === undefined || far < best.far) best = { name, far };
  }
  if (best === undefined) return undefined;
  // A single letter is within one edit of every other: something must be the same.
  const allowed = Math.min(Math.ceil(came.length / 3), Math.max(came.length, best.name.length) - 1);
  return best.far <= allowed ? `did you mean ${JSON.stringify(best.name)}?` : undefined;
}
