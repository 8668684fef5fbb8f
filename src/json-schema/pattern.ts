// The patterns of a JSON Schema, matched in linear time. Lookahead at the start of a pattern, such as `^(?!-)` or `^(?=.*\d)`, is common
// in schemas. Only there it can be matched without backtracking: each condition becomes a pattern of its own.
import { LinearRegExp } from '../domain/regexp/linear-regexp.js';
import type { WorkMeter } from './work-meter.js';

export interface Pattern {
  test(text: string): boolean;
  /** Ajv tells patterns apart by it. */
  toString(): string;
}

export function linearPattern(source: string, flags: string, work: WorkMeter): Pattern {
  const { conditions, rest } = splitConditions(source);
  const compiled = [...conditions, { source: rest, holds: true }].map((one) => ({
    holds: one.holds,
    regexp: new LinearRegExp(one.source, flags, { captures: false }),
  }));
  for (const { regexp } of compiled) work.pattern(regexp.size);
  return {
    test: (text) =>
      compiled.every(({ regexp, holds }) => {
        work.match(text.length * regexp.size);
        return regexp.test(text) === holds;
      }),
    toString: () => `/${source}/${flags}`,
  };
}

interface Condition {
  readonly source: string;
  /** False for a negative lookahead. */
  readonly holds: boolean;
}

function splitConditions(source: string): { readonly conditions: readonly Condition[]; readonly rest: string } {
  const conditions: Condition[] = [];
  let at = source.startsWith('^') ? 1 : source.length;
  for (; source.startsWith('(?=', at) || source.startsWith('(?!', at);) {
    const end = endOfGroup(source, at);
    conditions.push({ source: `^(?:${source.slice(at + 3, end)})`, holds: source[at + 2] === '=' });
    at = end + 1;
  }
  // The condition of `^(?!a)b|c` is only for one alternative, and `(?=a)+` repeats its condition.
  const rest = source.slice(at);
  if (conditions.length === 0 || hasAlternatives(rest) || /^[*+?{]/.test(rest)) return { conditions: [], rest: source };
  return { conditions, rest: `^${rest}` };
}

/** The position of the parenthesis that closes the group at `from`. */
function endOfGroup(source: string, from: number): number {
  for (const { char, at, depth } of signs(source, from)) if (char === ')' && depth === 0) return at;
  return source.length;
}

function hasAlternatives(source: string): boolean {
  for (const { char, depth } of signs(source, 0)) if (char === '|' && depth === 0) return true;
  return false;
}

/** The characters that are neither escaped nor in a class, each with the number of groups that are open after it. */
function* signs(source: string, from: number): Generator<{ char: string; at: number; depth: number }> {
  let depth = 0;
  let inClass = false;
  for (let at = from; at < source.length; at++) {
    const char = source[at]!;
    if (char === '\\') at++;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else {
      if (char === '(') depth++;
      else if (char === ')') depth--;
      yield { char, at, depth };
    }
  }
}
