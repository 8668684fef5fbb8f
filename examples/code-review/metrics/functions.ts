// Every function of a program, with its length and its cyclomatic complexity. A function within a function counts for
// itself alone.
import { Visitor, type Program, type VisitorObject } from 'oxc-parser';

export interface FoundFunction {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly complexity: number;
}

interface Spot {
  readonly start: number;
  readonly end: number;
}

export function functionsOf(program: Program): FoundFunction[] {
  const found: FoundFunction[] = [];
  const names = new Map<unknown, string>();
  const open: { name: string; complexity: number }[] = [];
  const enter = (spot: Spot & { readonly id?: { readonly name: string } | null }) =>
    void open.push({ name: spot.id?.name ?? names.get(spot) ?? '(anonymous)', complexity: 1 });
  const leave = ({ start, end }: Spot) => {
    const { name, complexity } = open.pop()!;
    found.push({ name, start, end, complexity });
  };
  const branch = () => {
    const innermost = open.at(-1);
    if (innermost !== undefined) innermost.complexity++;
  };
  new Visitor({
    ...naming(names),
    ...branching(branch),
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
  }).visit(program);
  return found;
}

/** A function without a name of its own has that of what it is assigned to, or of what it is given to. */
const naming = (names: Map<unknown, string>): VisitorObject => ({
  CallExpression({ callee, arguments: given }) {
    const called = callee.type === 'MemberExpression' ? callee.property : callee;
    if (called.type === 'Identifier') for (const argument of given) names.set(argument, `given to ${called.name}`);
  },
  VariableDeclarator({ id, init }) {
    if (id.type === 'Identifier') names.set(init, id.name);
  },
  Property({ key, value }) {
    if (key.type === 'Identifier') names.set(value, key.name);
  },
  PropertyDefinition({ key, value }) {
    if (key.type === 'Identifier') names.set(value, key.name);
  },
  MethodDefinition({ key, value }) {
    if (key.type === 'Identifier' || key.type === 'PrivateIdentifier') names.set(value, key.name);
  },
  AssignmentExpression({ left, right }) {
    if (left.type === 'MemberExpression' && left.property.type === 'Identifier') names.set(right, left.property.name);
  },
});

/** As ESLint counts, but for optional chaining, which reads as one path. */
const branching = (branch: () => void): VisitorObject => ({
  IfStatement: branch,
  ConditionalExpression: branch,
  LogicalExpression: branch,
  ForStatement: branch,
  ForInStatement: branch,
  ForOfStatement: branch,
  WhileStatement: branch,
  DoWhileStatement: branch,
  CatchClause: branch,
  SwitchCase({ test }) {
    if (test !== null) branch();
  },
});
