// Problems: what is wrong with something that a person or a planner wrote, as data. Each has a code, a path and a message.
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { truncateEnd } from './text/truncate.js';

export const Problem = z.strictObject({
  /** A stable code for programs: `plan.cycle`, `plan.unknown-need`, … */
  code: z.string(),
  /** The place, as a person would write it: `tasks.b.needs[0]`; empty for the whole value. */
  path: z.string(),
  /** What was expected, and what came. */
  message: z.string(),
  /** How to correct it. */
  hint: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

export type Path = readonly PropertyKey[];

/** `['tasks', 'b', 'needs', 0]` → `tasks.b.needs[0]`; a key that is not a name is quoted. */
export function formatPath(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (PLAIN_KEY.test(String(key))) text += text === '' ? String(key) : `.${String(key)}`;
    else text += `[${shown(String(key))}]`;
  }
  return text;
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]{0,99}$/;

export const problem = (code: string, path: Path, message: string, hint?: string): Problem =>
  hint === undefined ? { code, path: formatPath(path), message } : { code, path: formatPath(path), message, hint };

/** One line: `tasks.b.needs[0]: expected …, got "x"; did you mean "ax"?` */
export const formatProblem = ({ path, message, hint }: Problem): string =>
  `${path === '' ? 'plan' : path}: ${withHint(message, hint)}`;

/** `unknown key "inptu"; did you mean "input"?` */
export const withHint = (message: string, hint: string | undefined): string =>
  hint === undefined ? message : `${message}; ${hint}`;

/** `known here: attempts, initial` */
export const knownHere = (known: Iterable<string>): string => `known here: ${[...known].join(', ')}`;

/**
 * A key that is not one of those that are known: `unknown key "inptu"`, and the hint `did you mean "input"?` if one is near, else all
 * of them.
 */
export const unknownKeyProblem = (
  key: string,
  known: readonly string[],
): { readonly message: string; readonly hint: string | undefined } => ({
  message: `unknown key ${shown(key)}`,
  hint: didYouMean(key, known) ?? (known.length === 0 ? undefined : knownHere(known)),
});

const SHOWN = 80;

/** Prints a value for a message: short, on one line, without characters that control a terminal. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = jsonOf(value).replace(CONTROLS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return truncateEnd(text, SHOWN);
}

/** Control characters, line separators, and marks that change the direction of text. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(beginning(value, [], { values: SHOWN })) ?? `a ${typeof value}`;
  } catch {
    return typeof value === 'bigint' ? `${value}n` : 'a value that contains itself';
  }
}

/** The beginning of a value, as much as is shown: a message about a large value costs no more than one about a small value. */
function beginning(value: unknown, above: readonly unknown[], left: { values: number }): unknown {
  left.values -= 1;
  if (typeof value === 'string') return value.slice(0, SHOWN);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (above.includes(value)) throw new TypeError('it contains itself');
  const within = [...above, value];
  const kept: [string, unknown][] = [];
  for (const key in value) {
    if (left.values <= 0) break;
    if (Object.hasOwn(value, key)) kept.push([key.slice(0, SHOWN), beginning(Reflect.get(value, key), within, left)]);
  }
  return Array.isArray(value) ? kept.map(([, part]) => part) : Object.fromEntries(kept);
}

/** Two letters in the wrong order are one error. */
function typingErrors(came: string, name: string): number {
  if (came.length === name.length && came !== name) {
    let at = 0;
    while (came[at] === name[at]) at += 1;
    const swapped = `${came.slice(0, at)}${came[at + 1] ?? ''}${came[at]}${came.slice(at + 2)}`;
    if (swapped === name) return 1;
  }
  return distance(came, name);
}

/** Longer names are not compared: people mistype short names. */
const MAX_COMPARED = 120;

/** `did you mean "ax"?` if one of the names is similar to what came: the distance is at most a third of its length. */
export function didYouMean(came: string, names: Iterable<string>): string | undefined {
  if (came.length > MAX_COMPARED) return undefined;
  let best: { name: string; far: number } | undefined;
  for (const name of names) {
    if (Math.abs(name.length - came.length) > 3) continue;
    const far = typingErrors(came.toLowerCase(), name.toLowerCase());
    if (best === undefined || far < best.far) best = { name, far };
  }
  if (best === undefined) return undefined;
  // Every single letter is one edit away from every other: at least one letter must be the same.
  const allowed = Math.min(Math.ceil(came.length / 3), Math.max(came.length, best.name.length) - 1);
  return best.far <= allowed ? `did you mean ${JSON.stringify(best.name)}?` : undefined;
}
