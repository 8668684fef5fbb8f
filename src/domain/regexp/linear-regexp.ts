// LinearRegExp matches regular expressions of plans, schemas and configurations in linear time. JavaScript's own engine
// backtracks: `^(a+)+$` takes minutes on 40 characters. This engine is RE2, with the syntax of JavaScript.
//
// Not supported: lookaround, backreferences, the flags `v` and `y`. With the flag `m`, a line ends only at \n.
// The engine counts its steps (scripts/generate), and `MAX_STEPS` bounds the steps of one search. A caller that has set the
// engine's counter has set its own limit instead.
import type { Matcher } from 're2js';
import { counter, RE2JS, TooManySteps } from '#re2';
import { translate } from './translate.js';
import { RegExpRefusedError } from './unsupported.js';

export { RegExpRefusedError };

/** In characters. People do not write longer ones, and compiling takes time. */
const MAX_SOURCE = 10_000;
/** In instructions of the compiled program; compiling this many takes about 80 ms. */
const MAX_SIZE = 10_000;
/** The steps of one search: less than a second. */
const MAX_STEPS = 100_000_000;

const FLAGS = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: 0, g: 0, u: 0, d: 0 } as const;

export interface LinearRegExpOptions {
  /** False if the expression is only used for `test`: groups may then be repeated more often. Default true. */
  readonly captures?: boolean;
}

/** Replaces `RegExp`, with `exec`, `test` and `lastIndex` only. The constructor throws a `RegExpRefusedError`. */
export class LinearRegExp {
  readonly source: string;
  readonly flags: string;
  readonly global: boolean;
  /** The size of the compiled program: the most steps that one character of a text takes. */
  readonly size: number;
  lastIndex = 0;
  readonly #engine: RE2JS;
  readonly #names: ReadonlyMap<string, readonly number[]>;
  // Kept for the next search in the same text: a search for all matches needs only one matcher.
  #matcher: { readonly text: string; readonly at: Matcher } | undefined;

  constructor(pattern: string | RegExp, flags?: string, options: LinearRegExpOptions = {}) {
    this.source = typeof pattern === 'string' ? pattern : pattern.source;
    this.flags = flags ?? (typeof pattern === 'string' ? '' : pattern.flags);
    this.global = this.flags.includes('g');
    const refuse = (reason: string): never => {
      throw new RegExpRefusedError(this.source, reason);
    };
    if (this.source.length > MAX_SOURCE) refuse(`it is longer than ${MAX_SOURCE} characters`);
    const unknown = [...this.flags].find((flag) => !Object.hasOwn(FLAGS, flag));
    if (unknown !== undefined) refuse(`the flag "${unknown}" is not supported`);
    try {
      // The syntax is that of JavaScript, so JavaScript checks it.
      new RegExp(this.source, this.flags);
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error));
    }
    const translated = translate(this.source, this.flags, { captures: options.captures ?? true, maxSize: MAX_SIZE });
    this.#names = translated.names;
    try {
      const bits = [...this.flags].reduce((sum, flag) => sum | FLAGS[flag as keyof typeof FLAGS], 0);
      this.#engine = RE2JS.compile(translated.source, bits);
    } catch (error) {
      throw new RegExpRefusedError(this.source, error instanceof Error ? error.message : String(error));
    }
    this.size = this.#engine.programSize();
    if (this.size > MAX_SIZE) refuse('it is too large, counting its repetitions');
  }

  test(text: string): boolean {
    if (this.global) return this.exec(text) !== null;
    return this.#bounded(text, () => this.#engine.test(text));
  }

  exec(text: string): RegExpExecArray | null {
    const from = this.global ? this.lastIndex : 0;
    if (from > text.length) {
      this.lastIndex = 0;
      return null;
    }
    if (this.#matcher?.text !== text) this.#matcher = { text, at: this.#engine.matcher(text) };
    const { at } = this.#matcher;
    if (!this.#bounded(text, () => at.find(from))) {
      this.lastIndex = 0;
      return null;
    }
    if (this.global) this.lastIndex = at.end();
    return this.#found(text, at);
  }

  toString(): string {
    return `/${this.source}/${this.flags}`;
  }

  #bounded<T>(text: string, search: () => T): T {
    if (counter.left !== Infinity) return search();
    counter.left = MAX_STEPS;
    try {
      return search();
    } catch (error) {
      if (!(error instanceof TooManySteps)) throw error;
      throw new RegExpRefusedError(this.source, `it takes too long for a text of ${text.length} characters`);
    } finally {
      counter.left = Infinity;
    }
  }

  #found(text: string, at: Matcher): RegExpExecArray {
    const groups = Array.from({ length: at.groupCount() + 1 }, (_, i) => at.group(i) ?? undefined);
    const named =
      this.#names.size === 0
        ? undefined
        : Object.fromEntries(
            [...this.#names].map(([name, places]) => [name, places.map((i) => groups[i]).find((g) => g !== undefined)]),
          );
    return Object.assign(groups, { index: at.start(), input: text, groups: named }) as RegExpExecArray;
  }
}
