// Evaluates expressions for runs under rules 1: asynchronously, and only their nodes are counted. The histories of these runs depend
// on the order in which promises settle, so this code must not change.
import jsonata from 'jsonata';
import { ExpressionError } from './error.js';
import { parsePlainPath, walkPlainPath } from './plain-path.js';
import { allMaybe, mapMaybe, type MaybePromise } from './maybe-promise.js';
import { messageOf } from './engine/evaluator.js';
import { expressionSource, hasExpression, type Scope } from './engine/marks.js';

const MAX_NODES = 1_000_000;
const MAX_DEPTH = 400;
const ON_EVERY_NODE = Symbol.for('jsonata.__evaluate_entry');

export type LegacyTemplate = (scope: Scope) => MaybePromise<unknown>;

export function compileLegacyTemplate(value: unknown): LegacyTemplate {
  const source = expressionSource(value);
  if (source !== undefined) return withSourceInErrors(source, compile(source));
  if (!hasExpression(value)) return () => value;
  if (Array.isArray(value)) {
    const parts = value.map(compileLegacyTemplate);
    return (scope) => mapMaybe(allMaybe(parts.map((part) => part(scope))), (made) => made.map((one) => one ?? null));
  }
  const keys = Object.keys(value as object);
  const parts = Object.values(value as object).map(compileLegacyTemplate);
  return (scope) =>
    mapMaybe(allMaybe(parts.map((part) => part(scope))), (made) =>
      Object.fromEntries(keys.map((key, i) => [key, made[i]] as const).filter(([, one]) => one !== undefined)),
    );
}

function compile(source: string): LegacyTemplate {
  const plain = parsePlainPath(source);
  let parsed: jsonata.Expression | undefined;
  return (scope) => {
    if (plain !== undefined && Object.hasOwn(scope, plain.root)) {
      const walk = walkPlainPath(plain, scope[plain.root]);
      if (walk.walked) return walk.value;
    }
    try {
      parsed ??= jsonata(source, { stack: MAX_DEPTH });
    } catch (error) {
      throw new ExpressionError(messageOf(error));
    }
    return interpret(parsed, scope);
  };
}

async function interpret(expression: jsonata.Expression, scope: Scope): Promise<unknown> {
  let nodes = 0;
  const count = () => {
    if (++nodes > MAX_NODES) throw new ExpressionError(`it does not end: stopped after ${MAX_NODES} evaluated nodes`);
  };
  // The type of `assign` allows only strings, but the documented hook has a symbol as its name.
  const anyName: { assign(name: string | symbol, value: unknown): void } = expression;
  anyName.assign(ON_EVERY_NODE, count);
  try {
    return plainJson(await expression.evaluate(undefined, { ...scope }));
  } catch (error) {
    throw error instanceof ExpressionError ? error : new ExpressionError(messageOf(error));
  }
}

function plainJson(value: unknown): unknown {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'function') throw new ExpressionError('it gives a function, which is no JSON value');
    return part;
  });
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

function withSourceInErrors(source: string, template: LegacyTemplate): LegacyTemplate {
  const withSource = (error: unknown): Error => {
    if (error instanceof ExpressionError) return new ExpressionError(`{%${source}%}: ${error.message}`);
    return error instanceof Error ? error : new Error(String(error));
  };
  return (scope) => {
    try {
      const value = template(scope);
      return value instanceof Promise ? value.catch((error: unknown) => Promise.reject(withSource(error))) : value;
    } catch (error) {
      throw withSource(error);
    }
  };
}
