// References to values that exist only while the plan runs. In code they look like the values; in the plan they are expressions.
// `a.output.files` is a proxy that holds the expression `$tasks.a.output.files`. Code cannot compute with it: operations that
// would give nonsense (conversion to text, spreading, iterating) throw.
import type { SecretReference } from '../secret.js';
import { parsePlainPath } from '../expression/plain-path.js';

declare const VALUE: unique symbol;

/** A reference to a value of type T. */
export interface ReferenceTo<out T> {
  readonly [VALUE]: T;
}

/** A reference to a value of unknown type: it fits any input, and any property may be read. */
export interface UntypedRef extends ReferenceTo<never> {
  readonly [key: string]: UntypedRef;
}

/**
 * A reference to an input of unknown type. Its properties are references; they are `any` because under `noUncheckedIndexedAccess` every
 * other type would include `undefined`, which none of them is.
 */
export interface UntypedInput extends ReferenceTo<never> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly [key: string]: any;
}

/** A value that a run will have; its properties are references too. */
export type Ref<T> = unknown extends T
  ? UntypedRef
  : ReferenceTo<T> &
      ([NonNullable<T>] extends [readonly unknown[] | string | number | boolean]
        ? unknown
        : { readonly [K in keyof NonNullable<T>]-?: Ref<NonNullable<T>[K]> });

/** A value, a reference to one, or a mixture: an object some of whose properties are references. A secret is text. */
export type Input<T> = unknown extends T
  ? unknown
  : | ReferenceTo<T>
    | (string extends T ? SecretReference : never)
    | (T extends object ? { [K in keyof T]: Input<T[K]> } & NoReference : T);

/** Excludes references. A reference has the properties of its value: without this, one to an optional value would match by them. */
interface NoReference {
  readonly [VALUE]?: never;
}

/** The type of the value that an `Input` gives. */
export type Value<X> =
  X extends ReferenceTo<infer T>
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

/** Makes a reference from JSONata. The caller chooses `T`, and nothing checks it. */
export const refer = <T>(source: string): Ref<T> => makeReference(source, source) as Ref<T>;

/** Like `refer`, from the parts of a template literal; the values are references or JSON. */
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
  const reject = (action: string): never => {
    throw new TypeError(
      `{% ${source} %} has no value before the plan runs, so it cannot be ${action}; compute with p.expr\`…\``,
    );
  };
  const nothing = Object.create(null) as object;
  return new Proxy(nothing, {
    get(_target, key) {
      if (typeof key === 'string') return refer(operand + accessOf(key));
      if (key === SOURCE) return source;
      if (key === OPERAND) return operand;
      if (key === Symbol.toPrimitive) return () => reject('turned into text or a number');
      if (key === Symbol.iterator) return () => reject('iterated');
      return undefined;
    },
    has: (_target, key) => key === SOURCE || key === OPERAND,
    ownKeys: () => reject('spread or printed as JSON'),
    set: () => reject('changed'),
  });
}

/** `.name`; quoted if JSONata would not read it as a name. */
function accessOf(key: string): string {
  if (parsePlainPath(`$x.${key}`) !== undefined) return `.${key}`;
  return key.includes('`') ? `.${JSON.stringify(key)}` : `.\`${key}\``;
}
