// The evaluator: a synchronous JSONata with a bound on the cost of an expression. All expressions of a process share it, because
// nothing else runs while an expression is evaluated.
import { createJsonata } from '#jsonata';
import { counter as regexpCounter, TooManySteps } from '#re2';
import { ValuesNeededError } from '../../json/value-reference.js';
import type { Rules } from '../../rules.js';
import { ExpressionError } from '../error.js';
import { LinearRegExp } from '../../regexp/linear-regexp.js';
import { spendOnJson } from './measure.js';
import { createMeter, MAX_COST, MAX_LIST, TOO_LONG, type Counter, type Meter } from './meter.js';
import { createOwn, PARSE_COST } from './replacements.js';

/** The cost that is still allowed, shared by expressions that are evaluated together. */
export interface Allowance {
  left: number;
}

export const allowance = (): Allowance => ({ left: MAX_COST });

/** JSONata recurses on the JavaScript stack, so its depth is bounded. */
const MAX_DEPTH = 400;

let counter!: Counter;
let meter!: Meter;
let own!: ReturnType<typeof createOwn>;
export type Parsed = ReturnType<typeof jsonata>;

/** Throws an ExpressionError if the text is not JSONata. */
export function parse(source: string, from: Allowance): Parsed {
  if (nestingOf(source) > MAX_DEPTH)
    throw new ExpressionError(`expected at most ${MAX_DEPTH} brackets within brackets`);
  return bounded(from, () => {
    meter.spend(PARSE_COST);
    return jsonata(source, OPTIONS);
  });
}

/** The deepest nesting of brackets. Brackets within quotes count too: no text has that many. */
function nestingOf(source: string): number {
  let [depth, most] = [0, 0];
  for (const char of source) {
    if (char === '(' || char === '[' || char === '{') most = Math.max(most, ++depth);
    else if (char === ')' || char === ']' || char === '}') depth--;
  }
  return most;
}

/** Evaluates to a JSON value or `undefined`, as runs of these rules do. Throws an ExpressionError. */
export function evaluate(
  parsed: Parsed,
  scope: Readonly<Record<string, unknown>>,
  from: Allowance,
  rules: Rules,
): unknown {
  return bounded(from, () => {
    own.begin(rules);
    patterns.clear();
    return plainJson(parsed.evaluate(undefined, scope), rules);
  });
}

function bounded<T>(from: Allowance, go: () => T): T {
  const outer = counter.left;
  counter.left = from.left;
  try {
    return go();
  } catch (error) {
    if (error instanceof ExpressionError || error instanceof ValuesNeededError) throw error;
    throw new ExpressionError(messageOf(error));
  } finally {
    from.left = counter.left;
    counter.left = outer;
  }
}

/** The result as JSON only: JSONata's sequences have hidden properties, and its values may be functions. */
function plainJson(value: unknown, rules: Rules): unknown {
  if (value === undefined) return undefined;
  spendOnJson(value, meter);
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (isFunction(part)) throw new ExpressionError('it gives a function, which is not a JSON value');
    // JSON writes null.
    if (rules >= 3 && typeof part === 'number' && !Number.isFinite(part)) {
      throw new ExpressionError(`it gives ${part}, which is not a JSON value; check what it divides by`);
    }
    return part;
  });
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

/** True for JSONata's own functions, and for functions that an expression defines. */
const isFunction = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && '_jsonata_lambda' in value);

/** A regular expression in an expression is compiled once, and kept as long as the expression. */
const compiled = new WeakMap<RegExp, LinearRegExp>();

/** Regular expressions made from data are compiled once for each evaluation. */
const patterns = new Map<string, LinearRegExp>();

/** Cost of compiling, in units; measured. */
const COMPILE_COST = 5_000;
const INSTRUCTION_COST = 800;

function compile(pattern: string | RegExp, flags?: string): LinearRegExp {
  const engine = new LinearRegExp(pattern, flags);
  meter.spend(COMPILE_COST + INSTRUCTION_COST * engine.size);
  return engine;
}

/** With more than one repetition, JavaScript's own engine may take very long; with at most one, it is faster. */
function patternOf(source: string, flags = ''): RegExp | MeteredRegExp {
  const repetitions = source.match(/[+*{]/g)?.length ?? 0;
  if (repetitions <= 1) return new RegExp(source, flags);
  const key = `${flags}/${source}`;
  let engine = patterns.get(key);
  if (engine === undefined) patterns.set(key, (engine = compile(source, flags)));
  return new MeteredRegExp(engine);
}

/** The evaluator makes one of these for each use of a regular expression. Matching takes linear time, and its steps are counted. */
class MeteredRegExp {
  lastIndex = 0;

  constructor(private readonly pattern: RegExp | LinearRegExp) {}

  test(text: string): boolean {
    return this.exec(text) !== null;
  }

  exec(text: string): RegExpExecArray | null {
    const engine = this.engine();
    regexpCounter.left = counter.left;
    try {
      engine.lastIndex = this.lastIndex;
      const match = engine.exec(text);
      this.lastIndex = engine.lastIndex;
      return match;
    } finally {
      counter.left = regexpCounter.left;
      regexpCounter.left = Infinity;
    }
  }

  private engine(): LinearRegExp {
    if (this.pattern instanceof LinearRegExp) return this.pattern;
    let engine = compiled.get(this.pattern);
    if (engine === undefined) compiled.set(this.pattern, (engine = compile(this.pattern)));
    return engine;
  }
}

const OPTIONS = { stack: MAX_DEPTH, sequence: MAX_LIST, RegexEngine: MeteredRegExp };

/** One line for any error that JSONata or its engine throws. */
export function messageOf(error: unknown): string {
  if (error instanceof TooManySteps) return TOO_LONG;
  if (error instanceof RangeError && error.message.includes('call stack')) return 'it is nested too deeply';
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const { message, position } = error as { message: unknown; position?: unknown };
  return typeof position === 'number' ? `${String(message)} (at character ${position})` : String(message);
}

const jsonata = createJsonata((given) => {
  counter = given;
  meter = createMeter(given);
  own = createOwn(meter, patternOf);
  return { meter, own };
});
