// Makes `generated/jsonata.js` from the npm package `jsonata`: its evaluator, but synchronous, and counting its steps.
//
// The package is asynchronous only for functions that users add, which Baton does not have, and it does not bound the cost of an
// expression. Its code is changed as follows:
// S1. `async` and `await` are removed; `Promise.all(list)` is the list.
// S2. Functions and loops count their steps: see metering.mjs.
// S3. `list.push(x)`, `x.concat(y)` and `x += y` go through `meter`, which bounds lists and text.
// S4. Regular expressions from data are made by `$own.RegExp`.
// S5. Code that does not take linear time, or has no loop to count in, is replaced by `$own`: see
//     src/domain/expression/engine/replacements.ts.
// It is an error if a change finds nothing to change: then the package has another version than this script was written for.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';
import { expression, GLOBALS, parse, statement, transform, withCount } from './metering.mjs';

const require = createRequire(import.meta.url);

/** For the beginning of a statement or call, the code that replaces it. */
const STATEMENTS = {
  'module.exports = functions;': 'module.exports = $own.functions(functions);',
  'module.exports = dateTime;': 'module.exports = $own.dateTime(dateTime);',
  'module.exports = utils;': 'module.exports = $own.utils(utils);',
  'exec_env.createSequence =': 'exec_env.createSequence = $own.createSequence;',
  'var key = await evaluate(pair[0]': "var key = $own.groupKey(evaluate(pair[0], reduce ? item['@'] : item, env));",
  // Beyond the safe integers, `item++` does not change the number.
  'var size = rhs - lhs + 1':
    'var size = Number.isSafeInteger(lhs) && Number.isSafeInteger(rhs) ? $own.rangeSize(rhs - lhs + 1) : Infinity;',
  'groups[key].data = fn.append': '$own.addToGroup(groups[key], item);',
  'async function evaluateSortExpression(':
    'var evaluateSortExpression = $own.orderBy(evaluate, createFrameFromTuple);',
  // A list that is not a sequence stays a list anyway, and may be the data of the expression, which does not change.
  'resultSequence.keepSingleton = true;': 'if (resultSequence.sequence) resultSequence.keepSingleton = true;',
  'function evaluateIncludesExpression(': 'var evaluateIncludesExpression = $own.includes;',
  'function createFrame(': 'function createFrame(enclosing) { $meter.spend(30); return new $own.Frame(enclosing); }',
  'closure.arity =': '{ closure.arity = getFunctionArity(arg); closure.of = arg; }',
  'Object.assign(tuple, tupleBindings[ee]);': '{ $meter.spend(300); Object.assign(tuple, tupleBindings[ee]); }',
  // A day that does not exist becomes one of the next month. The month counts from 0 here.
  'var millis = Date.UTC(components.Y':
    'var millis = Date.UTC(components.Y, $own.month(components), components.D, components.H, components.m, components.s, components.f);',
  // Hooks that Baton does not set; JSONata looks them up for every node.
  'var entryCallback =': ';',
  'if(entryCallback)': ';',
  'var exitCallback =': ';',
  'if(exitCallback)': ';',
};
const CALLS = {
  'proc.implementation.apply(': '$own.callNative(proc.implementation, focus, validatedArgs)',
  'JSON.stringify(err[arguments[1]])': '$own.show(err[arguments[1]])',
  'badSig.match(': 'new $own.RegExp(partialPattern).exec(badSig)',
};
/** Costs of functions that allocate more than most, in units of 10 ns: measured, and rounded up. */
const WEIGHTS = {
  evaluate: 20,
  evaluatePath: 20,
  evaluateStep: 20,
  evaluateFilter: 20,
  evaluateTupleStep: 40,
  evaluateGroupExpression: 100,
  evaluateFunction: 20,
  applyInner: 30,
  evaluateLambda: 60,
  evaluateUnary: 60,
  createFrameFromTuple: 60,
};
/** Code that is added at the beginning of a function. */
const PROLOGUES = {
  functionEval: '$meter.spend($own.PARSE_COST);',
  evaluateFilter:
    'const selected = $own.select(predicate, input, environment, evaluate); if (selected !== undefined) return selected;',
};
const FUNCTION_WEIGHT = 3;
const LOOP_WEIGHT = 2;

const OTHERS = ['await', 'Promise.all', 'push', 'concat', '+=', 'new RegExp'];

export function makeJsonata() {
  const file = parse('jsonata.js', readFileSync(require.resolve('jsonata'), 'utf8'));
  const missing = new Set([...Object.keys(STATEMENTS), ...Object.keys(CALLS), ...Object.keys(PROLOGUES), ...OTHERS]);
  const found = (what) => missing.delete(what);
  const textOf = (node) => node.getText(file);

  const change = (node, visit, context) => {
    const isStatement = ts.isStatement(node) && !ts.isBlock(node);
    const table = isStatement ? STATEMENTS : ts.isCallExpression(node) ? CALLS : {};
    const key = Object.keys(table).find((start) => textOf(node).startsWith(start));
    if (key !== undefined) {
      found(key);
      return isStatement ? statement(table[key], context) : expression(table[key], context);
    }
    if (!ts.isAwaitExpression(node)) return undefined;
    found('await');
    return ts.visitNode(node.expression, visit);
  };

  const finish = (node, before, context) => {
    if (ts.isNewExpression(before) && textOf(before.expression) === 'RegExp') {
      // Here the parser only checks a regular expression between slashes; `RegexEngine` runs it.
      if (textOf(before) === 'new RegExp(pattern, flags)') return node;
      found('new RegExp');
      return ts.factory.updateNewExpression(node, expression('$own.RegExp', context), undefined, node.arguments);
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken) {
      found('+=');
      return ts.factory.createAssignment(node.left, callOf('$meter.add', [node.left, node.right], context));
    }
    if (ts.isFunctionDeclaration(node) && Object.hasOwn(PROLOGUES, node.name.text)) {
      found(node.name.text);
      const block = statement(`{ ${PROLOGUES[node.name.text]} }`, context);
      const body = ts.factory.updateBlock(node.body, [...block.statements, ...node.body.statements]);
      return withCount(
        ts.factory.updateFunctionDeclaration(
          node,
          node.modifiers,
          undefined,
          node.name,
          undefined,
          node.parameters,
          undefined,
          body,
        ),
        weightOf,
      );
    }
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return withCount(node, weightOf);
    const { expression: object, name } = node.expression;
    if (name.text === 'all' && textOf(before.expression) === 'Promise.all') {
      found('Promise.all');
      return node.arguments[0];
    }
    if ((name.text === 'push' || name.text === 'concat') && node.arguments.length === 1) {
      found(name.text);
      return callOf(`$meter.${name.text}`, [object, node.arguments[0]], context);
    }
    return node;
  };

  const code = transform(file, change, finish);
  if (missing.size > 0)
    throw new Error(`expected another version of jsonata: this one does not contain ${[...missing].join(' · ')}`);
  const { version } = require('jsonata/package.json');
  return `// Made from jsonata ${version} (MIT, see the headers below) by scripts/generate. Do not edit.
/* eslint-disable */
export function createJsonata(customize) {
${GLOBALS}
let $left = 2 ** 30;
const module = { exports: {} };
const exports = module.exports;
const { meter: $meter, own: $own } = customize({
  get left() { return $left; },
  set left(value) { $left = value; },
});
const { stop: $stop } = $meter;
${code}
return module.exports;
}
`;
}

const weightOf = (node) =>
  ts.isFunctionDeclaration(node)
    ? (WEIGHTS[node.name.text] ?? FUNCTION_WEIGHT)
    : ts.isFunctionLike(node)
      ? FUNCTION_WEIGHT
      : LOOP_WEIGHT;

const callOf = (name, args, context) => ts.factory.createCallExpression(expression(name, context), undefined, args);

export const JSONATA_TYPES = `// Made by scripts/generate. Do not edit.
import type jsonata from 'jsonata';
/** Makes the evaluator. \`customize\` gets the counter of steps, and returns the functions that the evaluator calls. */
export function createJsonata(
  customize: (counter: { left: number }) => { readonly meter: object; readonly own: object },
): (source: string, options?: Omit<jsonata.JsonataOptions, 'RegexEngine'> & { readonly RegexEngine?: unknown }) => {
  evaluate(input: unknown, bindings: Readonly<Record<string, unknown>>): unknown;
  ast(): jsonata.ExprNode;
};
`;
