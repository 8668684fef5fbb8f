// Finds where JSON values begin and end in a text, without building the values.
// S1. Each attempt stops at the first character that JSON does not allow, so most attempts within a sentence are short.
// S2. The steps of all attempts together are bounded: a text full of brackets only ends the search.

/** Steps allowed for each character. A text of sentences, code and JSON takes about two. */
const STEPS_PER_CHARACTER = 20;

export type ScanResult =
  /** The position after a complete value. */
  | { readonly end: number }
  /** The position where it stops being JSON. `begun`: it had a key and a colon, or an item and a comma, so it was meant as JSON. */
  | { readonly broken: number; readonly begun: boolean };

type Expected = 'value' | 'first-item' | 'first-key' | 'key' | 'colon' | 'comma';

export class JsonScanner {
  #steps: number;

  constructor(readonly text: string) {
    this.#steps = 1000 + text.length * STEPS_PER_CHARACTER;
  }

  /** The outermost objects and lists of the text. */
  *values(): Generator<string> {
    const { text } = this;
    for (let at = this.#opening(0); at < text.length && this.#steps > 0; at = this.#opening(at)) {
      const scanned = this.scan(at);
      if ('end' in scanned) {
        yield text.slice(at, scanned.end);
        at = scanned.end;
      } else if (!scanned.begun) at += 1;
      // The value breaks off: a value within it is only a part of the answer.
      else if (scanned.broken >= text.length) return;
      else at = scanned.broken;
    }
  }

  /** Scans the value that begins at `at`. */
  scan(at: number): ScanResult {
    const { text } = this;
    const open: ('{' | '[')[] = [];
    let expected: Expected = 'value';
    let begun = false;
    for (let i = this.skipSpace(at); ; i = this.skipSpace(i)) {
      const char = text[i];
      if (char === undefined || this.#steps <= 0) return { broken: i, begun };
      let end: number | undefined = i + 1;
      if (expected === 'comma') {
        if (char === ',') {
          if (open.length === 1) begun = true;
          expected = open.at(-1) === '{' ? 'key' : 'value';
        } else if (char === closing(open.at(-1))) open.pop();
        else end = undefined;
      } else if (expected === 'colon') {
        if (char !== ':') end = undefined;
        else if (open.length === 1) begun = true;
        expected = 'value';
      } else if (char === '}' && expected === 'first-key') {
        open.pop();
        expected = 'comma';
      } else if (expected === 'first-key' || expected === 'key') {
        end = this.#string(i);
        expected = 'colon';
      } else if (char === ']' && expected === 'first-item') {
        open.pop();
        expected = 'comma';
      } else if (char === '{' || char === '[') {
        open.push(char);
        expected = char === '{' ? 'first-key' : 'first-item';
      } else {
        end = char === '"' ? this.#string(i) : this.#word(i);
        expected = 'comma';
      }
      if (end === undefined) return { broken: i, begun };
      if (open.length === 0 && expected === 'comma') return { end };
      this.#steps -= 1;
      i = end;
    }
  }

  skipSpace(at: number): number {
    let i = at;
    while (isSpace(this.text.charCodeAt(i))) i += 1;
    this.#steps -= i - at;
    return i;
  }

  /** The position after the string; `undefined` if the string has no end. */
  #string(at: number): number | undefined {
    const { text } = this;
    if (text[at] !== '"') return undefined;
    let i = at + 1;
    while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
    this.#steps -= i - at;
    return i < text.length ? i + 1 : undefined;
  }

  /** The position after a number, `true`, `false` or `null`. */
  #word(at: number): number | undefined {
    const { text } = this;
    const word = WORDS.find((one) => text.startsWith(one, at));
    if (word !== undefined) return at + word.length;
    let i = at;
    while (i < text.length && NUMBER.includes(text[i]!)) i += 1;
    this.#steps -= i - at;
    return i === at ? undefined : i;
  }

  #opening(at: number): number {
    let i = at;
    while (i < this.text.length && this.text[i] !== '{' && this.text[i] !== '[') i += 1;
    return i;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WORDS = ['true', 'false', 'null'] as const;
const NUMBER = '-+.0123456789eE';

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

const closing = (open: '{' | '[' | undefined): string | undefined =>
  open === '{' ? '}' : open === '[' ? ']' : undefined;
