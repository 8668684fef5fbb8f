// Translates a regular expression from the syntax of JavaScript to that of RE2. The two differ in single characters and classes
// (`\s`, `.`, `[^]`, `\uXXXX`); syntax that needs backtracking is refused. The source is known to be valid JavaScript, so its
// syntax is not checked.
//
// RE2 allows at most 1,000 repetitions, nested ones multiplied. A larger repetition is written as several smaller ones.
import { ANY, charClass, classEscape, NOT_LINE_END } from './classes.js';
import { readEscape } from './escape.js';
import { RegExpRefusedError } from './unsupported.js';

export interface Translated {
  readonly source: string;
  /** The numbers of the groups with each name: JavaScript allows a name once in each alternative. */
  readonly names: ReadonlyMap<string, readonly number[]>;
}

/** A translated part. */
interface Piece {
  readonly text: string;
  /** The approximate number of instructions that it compiles to. */
  readonly size: number;
  /** The largest product of repetitions nested in it. */
  readonly copies: number;
  readonly captures: boolean;
}

const MAX_COPIES = 1000;
/** People do not nest deeper, and RE2 does not allow it. */
const MAX_DEPTH = 200;

const piece = (text: string, size = 1): Piece => ({ text, size, copies: 1, captures: false });

export function translate(
  source: string,
  flags: string,
  { captures, maxSize }: { readonly captures: boolean; readonly maxSize: number },
): Translated {
  const unicode = flags.includes('u');
  const dot = flags.includes('s') ? ANY : NOT_LINE_END;
  const groupsInAll = countGroups(source);
  const names = new Map<string, number[]>();
  let at = 0;
  let groups = 0;

  const refuse = (reason: string): never => {
    throw new RegExpRefusedError(source, reason);
  };
  const eat = (text: string): boolean => {
    if (!source.startsWith(text, at)) return false;
    at += text.length;
    return true;
  };

  function alternatives(depth: number): Piece {
    if (depth > MAX_DEPTH) refuse(`its groups are nested deeper than ${MAX_DEPTH}`);
    const parts = [sequence(depth)];
    while (eat('|')) parts.push(sequence(depth));
    return join(parts, '|');
  }

  function sequence(depth: number): Piece {
    const parts: Piece[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(repeated(atom(depth)));
    return join(parts, '');
  }

  function join(parts: readonly Piece[], between: string): Piece {
    const size = parts.reduce((sum, part) => sum + part.size, parts.length);
    if (size > maxSize) refuse('it is too large, counting its repetitions');
    return {
      text: parts.map((part) => part.text).join(between),
      size,
      copies: parts.reduce((most, part) => Math.max(most, part.copies), 1),
      captures: parts.some((part) => part.captures),
    };
  }

  function atom(depth: number): Piece {
    const char = String.fromCodePoint(source.codePointAt(at)!);
    switch (char) {
      case '(':
        at += 1;
        return group(depth);
      case '[': {
        const { text, end } = charClass(source, at, unicode);
        at = end;
        return piece(text);
      }
      case '\\':
        return escape();
      case '.':
        at += 1;
        return piece(dot);
      case '^':
      case '$':
        at += 1;
        return piece(char);
      default:
        at += char.length;
        return piece(literal(char.codePointAt(0)!));
    }
  }

  function group(depth: number): Piece {
    let captured = false;
    if (eat('?')) {
      if (eat('=') || eat('!') || eat('<=') || eat('<!')) refuse('lookahead and lookbehind are not supported');
      if (eat('<')) {
        captured = true;
        groups += 1;
        const name = source.slice(at, source.indexOf('>', at));
        at += name.length + 1;
        names.set(name, [...(names.get(name) ?? []), groups]);
      } else if (!eat(':')) refuse('flags within a group are not supported');
    } else {
      captured = true;
      groups += 1;
    }
    const inner = alternatives(depth + 1);
    eat(')');
    const kept = captured && captures;
    return {
      ...inner,
      text: `${kept ? '(' : '(?:'}${inner.text})`,
      size: inner.size + 2,
      captures: kept || inner.captures,
    };
  }

  function escape(): Piece {
    const next = source[at + 1]!;
    if (next === 'b' || next === 'B') {
      at += 2;
      return piece(`\\${next}`);
    }
    if (next === 'k' && (unicode || names.size > 0 || source.includes('(?<')))
      refuse('backreferences are not supported');
    if (/[1-9]/.test(next)) {
      const number = Number(/^\d{1,9}/.exec(source.slice(at + 1, at + 10))![0]);
      if (unicode || number <= groupsInAll) refuse('backreferences are not supported');
    }
    const named = classEscape(source, at, unicode);
    if (named !== undefined) {
      at = named.end;
      return piece(named.text);
    }
    const { code, end } = readEscape(source, at, unicode);
    at = end;
    return piece(literal(code));
  }

  function repeated(one: Piece): Piece {
    const found = QUANTIFIER.exec(source.slice(at, at + 48));
    if (found === null) return one;
    at += found[0].length;
    const [, sign, least, comma, most] = found;
    const lazy = found[0].length > 1 && found[0].endsWith('?') ? '?' : '';
    if (sign !== undefined) return { ...one, text: `${one.text}${sign}${lazy}`, size: one.size + 2 };
    const min = Number(least);
    const max = comma === undefined ? min : most === '' ? Infinity : Number(most);
    return copies(one, min, max, lazy);
  }

  function copies(one: Piece, min: number, max: number, lazy: string): Piece {
    const count = Math.max(1, max === Infinity ? min : max);
    const size = count * (one.size + 1) + 2;
    if (size > maxSize) refuse('it is too large, counting its repetitions');
    const chunk = Math.max(1, Math.floor(MAX_COPIES / one.copies));
    if (count > chunk && one.captures) refuse(`a group is repeated more than ${MAX_COPIES} times`);
    const text = one.text;
    const parts: string[] = [];
    let [first, rest] = [min, max - min];
    for (; first > chunk; first -= chunk) parts.push(`${text}{${chunk}}`);
    if (rest === Infinity) parts.push(`${text}{${first},}${lazy}`);
    else if (first + rest <= chunk) parts.push(`${text}{${first},${first + rest}}${lazy}`);
    else {
      if (first > 0) parts.push(`${text}{${first}}`);
      for (; rest > 0; rest -= chunk) parts.push(`${text}{0,${Math.min(chunk, rest)}}${lazy}`);
    }
    return {
      text: parts.length === 1 ? parts[0]! : `(?:${parts.join('')})`,
      size,
      copies: one.copies * Math.min(chunk, count),
      captures: one.captures,
    };
  }

  const { text } = alternatives(0);
  return { source: text, names };
}

const QUANTIFIER = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/;

const PLAIN = /^[A-Za-z0-9]$/;
const literal = (code: number): string => {
  const char = String.fromCodePoint(code);
  return PLAIN.test(char) ? char : `\\x{${code.toString(16)}}`;
};

/** The number of capturing groups: an escaped number up to this one is a backreference. */
function countGroups(source: string): number {
  let count = 0;
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const char = source[i];
    if (char === '\\') i++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '(' && !inClass && (source[i + 1] !== '?' || /^\?<[^=!]/.test(source.slice(i + 1, i + 4))))
      count++;
  }
  return count;
}
