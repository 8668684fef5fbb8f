// The items of a `forEach`: an expression of which a list is wanted. Under the first rules, JSONata's result was read as it was, so that
// a list of one pair became two items.
import { allowance, compileListExpression, type Allowance, type Scope } from './expression.js';
import { expressionSource } from './engine/marks.js';
import { entered, parsePlainPath, walkPlainPath } from './plain-path.js';
import { compileTemplate, expressionTemplate } from './template.js';

export type Items = { readonly items: readonly unknown[] } | { readonly notAList: unknown };

/**
 * Compiles items. A path that goes through a list gives a list, whatever its length; so does an expression that selects. An expression
 * may also compute one value, or nothing. `null`, and what a plain path leads to without a list on its way, is not a list.
 */
export function compileItems(template: unknown): (scope: Scope, from?: Allowance) => Items {
  const source = expressionSource(template);
  if (source === undefined) {
    const literal = compileTemplate(template);
    return (scope, from) => asList(literal(scope, from));
  }
  const plain = parsePlainPath(source);
  const evaluate = expressionTemplate(compileListExpression(source));
  return (scope, from = allowance()) => {
    const value = entered(evaluate(scope, from));
    if (Array.isArray(value) || value === null) return asList(value);
    if (plain !== undefined && walkPlainPath(plain, scope[plain.root]).walked) return { notAList: value };
    return { items: value === undefined ? [] : [value] };
  };
}

const asList = (value: unknown): Items => (Array.isArray(value) ? { items: value } : { notAList: value });
