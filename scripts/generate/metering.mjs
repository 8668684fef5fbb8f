// Adds a count of steps to the code of a library: each function call and each iteration of a loop subtracts its weight from `$left`,
// and calls `$stop` below zero. The cost of code is then known without a clock, and the same on every machine.
import ts from 'typescript';

const { factory: f } = ts;

/**
 * The globals that the code uses, as variables of its own: access to a global of the Workflow sandbox is slower than most of the work
 * that is done with it. `Date` is not among them, because the SDK gives each run its own.
 */
export const GLOBALS =
  'const { Array, Error, Infinity, JSON, Map, Math, Number, Object, RegExp, Set, String, Symbol, Uint8Array, WeakMap, isFinite, isNaN, parseFloat, parseInt } = globalThis;';

export const parse = (name, text) => ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.JS);

/** `($left -= weight) < 0 && $stop();` */
const tick = (weight) =>
  f.createExpressionStatement(
    f.createLogicalAnd(
      f.createLessThan(
        f.createParenthesizedExpression(
          f.createBinaryExpression(
            f.createIdentifier('$left'),
            ts.SyntaxKind.MinusEqualsToken,
            f.createNumericLiteral(weight),
          ),
        ),
        f.createNumericLiteral(0),
      ),
      f.createCallExpression(f.createIdentifier('$stop'), undefined, []),
    ),
  );

function metered(body, weight) {
  if (!ts.isBlock(body)) return f.createBlock([tick(weight), body], true);
  // Directives such as 'use strict', and super(), must stay first.
  const isFirst = (one) =>
    ts.isExpressionStatement(one) &&
    (ts.isStringLiteral(one.expression) ||
      (ts.isCallExpression(one.expression) && one.expression.expression.kind === ts.SyntaxKind.SuperKeyword));
  const at = body.statements.findIndex((one) => !isFirst(one));
  const [start, rest] = at === -1 ? [body.statements, []] : [body.statements.slice(0, at), body.statements.slice(at)];
  return f.updateBlock(body, [...start, tick(weight), ...rest]);
}

const withoutAsync = (modifiers) => modifiers?.filter(({ kind }) => kind !== ts.SyntaxKind.AsyncKeyword);

/** A function or loop with its count, and not asynchronous; any other node unchanged. */
export function withCount(node, weightOf) {
  const weight = weightOf(node);
  if (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node)) {
    const { asteriskToken, name, parameters, body } = node;
    const update = ts.isFunctionDeclaration(node) ? f.updateFunctionDeclaration : f.updateFunctionExpression;
    const modifiers = withoutAsync(node.modifiers);
    return update(node, modifiers, asteriskToken, name, undefined, parameters, undefined, metered(body, weight));
  }
  if (ts.isArrowFunction(node)) {
    const { parameters, equalsGreaterThanToken, body } = node;
    const block = ts.isBlock(body)
      ? metered(body, weight)
      : f.createBlock([tick(weight), f.createReturnStatement(body)]);
    return f.updateArrowFunction(
      node,
      withoutAsync(node.modifiers),
      undefined,
      parameters,
      undefined,
      equalsGreaterThanToken,
      block,
    );
  }
  if (ts.isMethodDeclaration(node)) {
    const { modifiers, asteriskToken, name, parameters, body } = node;
    return f.updateMethodDeclaration(
      node,
      modifiers,
      asteriskToken,
      name,
      undefined,
      undefined,
      parameters,
      undefined,
      metered(body, weight),
    );
  }
  if (ts.isConstructorDeclaration(node)) {
    return f.updateConstructorDeclaration(node, node.modifiers, node.parameters, metered(node.body, weight));
  }
  if (ts.isForStatement(node)) {
    return f.updateForStatement(
      node,
      node.initializer,
      node.condition,
      node.incrementor,
      metered(node.statement, weight),
    );
  }
  if (ts.isForInStatement(node))
    return f.updateForInStatement(node, node.initializer, node.expression, metered(node.statement, weight));
  if (ts.isForOfStatement(node)) {
    return f.updateForOfStatement(
      node,
      node.awaitModifier,
      node.initializer,
      node.expression,
      metered(node.statement, weight),
    );
  }
  if (ts.isWhileStatement(node)) return f.updateWhileStatement(node, node.expression, metered(node.statement, weight));
  if (ts.isDoStatement(node)) return f.updateDoStatement(node, metered(node.statement, weight), node.expression);
  return node;
}

/** The file with each node replaced by the result of `change`. For `undefined`, its parts are changed, then `finish` gets the node. */
export function transform(file, change, finish) {
  const { transformed } = ts.transform(file, [
    (context) => (root) => {
      const visit = (node) =>
        change(node, visit, context) ?? finish(ts.visitEachChild(node, visit, context), node, context);
      return ts.visitEachChild(root, visit, context);
    },
  ]);
  return ts.createPrinter().printFile(transformed[0]);
}

/** Parses a statement. */
export function statement(text, context) {
  const withoutPosition = (node) =>
    ts.setTextRange(ts.visitEachChild(node, withoutPosition, context), { pos: -1, end: -1 });
  return withoutPosition(parse('part.js', text).statements[0]);
}

export const expression = (text, context) => statement(text, context).expression;
