// Reads the tree that JSONata's parser makes.

export interface Piece {
  readonly type: string;
  readonly value?: unknown;
  readonly lhs?: unknown;
  readonly rhs?: unknown;
  readonly steps?: readonly Piece[];
}

export const isPiece = (value: unknown): value is Piece =>
  typeof value === 'object' && value !== null && 'type' in value;

/** True if the piece has only these keys: no predicate, group, order or binding. */
const isBare = (piece: Piece, ...keys: readonly string[]): boolean =>
  Object.keys(piece).every((key) => key === 'type' || key === 'position' || keys.includes(key));

/** The operator and the two sides of `lhs OPERATOR rhs`; `undefined` for any other tree. */
export function sidesOf(
  tree: unknown,
  ...operators: readonly string[]
): { operator: string; sides: [unknown, unknown] } | undefined {
  if (!isPiece(tree) || tree.type !== 'binary' || !isBare(tree, 'value', 'lhs', 'rhs')) return undefined;
  const operator = String(tree.value);
  return operators.includes(operator) ? { operator, sides: [tree.lhs, tree.rhs] } : undefined;
}

/** The names of `a.b.c`; `undefined` for any other tree. */
export function namesOf(tree: unknown): readonly string[] | undefined {
  if (!isPiece(tree) || tree.type !== 'path' || !isBare(tree, 'steps')) return undefined;
  return namesIn(tree.steps ?? []);
}

/** The variable and the names of `$x` or `$x.b.c`; `undefined` for any other tree. */
export function variablePathOf(
  tree: unknown,
): { readonly variable: string; readonly names: readonly string[] } | undefined {
  if (!isPiece(tree)) return undefined;
  const [first, ...rest] = tree.type === 'path' && isBare(tree, 'steps') ? (tree.steps ?? []) : [tree];
  const names = namesIn(rest);
  if (first?.type !== 'variable' || !isBare(first, 'value') || names === undefined) return undefined;
  const variable = String(first.value);
  return variable === '' || variable === '$' ? undefined : { variable, names };
}

export const isLiteral = (tree: unknown): boolean =>
  isPiece(tree) && (tree.type === 'string' || tree.type === 'number') && isBare(tree, 'value');

function namesIn(steps: readonly Piece[]): readonly string[] | undefined {
  return steps.every((step) => step.type === 'name' && isBare(step, 'value'))
    ? steps.map(({ value }) => String(value))
    : undefined;
}
