// References to what a run will know: in code they look like the values, in the plan they are expressions.
// `a.output.files` is a proxy that remembers `$tasks.a.output.files`. Nothing can be computed with it here, and what would
// silently compute nonsense (text, spreading, iterating) throws.
import { parsePlainPath } from './plain-path.js';

declare const VALUE: unique symbol;

/** What stands for a value of type T, whatever can be read of it. */
export interface Stands<out T> {
  readonly [VALUE]: T;
}

/** A reference of which nothing is known: it may stand anywhere, and anything may be read of it. */
export interface Untyped extends Stands<never> {
  readonly [key: string]: Untyped;
}

/** A value that a run will have; its properties are references too. */
export type Ref<T> = unknown extends T
  ? Untyped
  : Stands<T> &
      ([NonNullable<T>] extends [readonly unknown[] | string | number | boolean]
        ? unknown
        : { readonly [K in keyof NonNullable<T>]-?: Ref<NonNullable<T>[K]> });

/** A value, a reference to one, or a mixture: an object some of whose properties are references. */
export type Input<T> = unknown extends T
  ? unknown
  : Stands<T> | (T extends object ? { [K in keyof T]: Input<T[K]> } & NoReference : T);

/** A reference has the properties of what it stands for: without this, one that may be absent would fit by those. */
interface NoReference {
  readonly [VALUE]?: never;
}

/** What an `Input` stands for. */
export type Value<X> =
  X extends Stands<infer T>
    ? [T] extends [never]
      ? unknown
      : T
    : X extends object
      ? { -readonly [K in keyof X]: Value<X[K]> }
      : X;

const SOURCE = Symbol('source of a reference');
const OPERAND = Symbol('source of a reference, as part of another');

/** The expression behind a reference; `undefined` for any other value. */
export const sourceOf = (value: unknown): string | undefined => textUnder(SOURCE, value);

/** Makes a reference from JSONata; `T` is a promise of the caller, checked by nobody. */
export const refer = <T>(source: string): Ref<T> => makeReference(source, source) as Ref<T>;

/** As `refer`, from the parts of a template literal: between texts stand references and JSON values. */
export function referTo<T>(texts: readonly string[], values: readonly unknown[]): Ref<T> {
  const parts = values.map((value) => textUnder(OPERAND, value) ?? literal(value));
  const source = texts
    .map((text, i) => text + (parts[i] ?? ''))
    .join('')
    .trim();
  return makeReference(source, `(${source})`) as Ref<T>;
}

function literal(value: unknown): string {
  const json = JSON.stringify(value);
  if (json !== undefined) return json;
  throw new TypeError(
    `expected a reference or a JSON value within p.expr, got ${value === undefined ? 'nothing' : `a ${typeof value}`}`,
  );
}

function textUnder(symbol: symbol, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !(symbol in value)) return undefined;
  const text: unknown = Reflect.get(value, symbol);
  return typeof text === 'string' ? text : undefined;
}

function makeReference(source: string, operand: string): object {
  const refuse = (doing: string): never => {
    throw new TypeError(
      `{% ${source} %} is not known before the plan runs, so it cannot be ${doing}; compute with p.expr\`…\``,
    );
  };
  const nothing = Object.create(null) as object;
  return new Proxy(nothing, {
    get(_target, key) {
      if (typeof key === 'string') return refer(operand + accessOf(key));
      if (key === SOURCE) return source;
      if (key === OPERAND) return operand;
      if (key === Symbol.toPrimitive) return () => refuse('turned into text or a number');
      if (key === Symbol.iterator) return () => refuse('iterated');
      return undefined;
    },
    has: (_target, key) => key === SOURCE || key === OPERAND,
    ownKeys: () => refuse('spread or printed as JSON'),
    set: () => refuse('changed'),
  });
}

/** `.name`, or the name quoted where JSONata would not read it as one. */
function accessOf(key: string): string {
  if (parsePlainPath(`$x.${key}`) !== undefined) return `.${key}`;
  return key.includes('`') ? `.${JSON.stringify(key)}` : `.\`${key}\``;
}
