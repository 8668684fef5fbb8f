// JSONata gives a list of one match as the match itself. Where a list is wanted, such as in the items of a `forEach`, the parts of an
// expression that make its result are marked as if they ended in `[]`: then a list of one stays a list, and a list within it is not
// taken for its elements.
// K1. Only what becomes the result is marked. Conditions, the arguments of most functions, and what is bound to a name stay as they are.
import { isPiece, type Piece } from './tree.js';

/** Functions that make a list of the elements of their arguments. */
const OF_LISTS: ReadonlySet<unknown> = new Set(['append', 'distinct', 'filter', 'map', 'reverse', 'sort', 'zip']);

/** A part of the tree, with the marks that JSONata's parser sets for `[]`, and the parts that become its result. */
interface Markable extends Piece {
  keepArray?: boolean;
  keepSingletonArray?: boolean;
  readonly expressions?: readonly unknown[];
  readonly arguments?: readonly unknown[];
  readonly procedure?: Piece;
  readonly then?: unknown;
  readonly else?: unknown;
}

const isMarkable = (value: unknown): value is Markable => isPiece(value) && value.type !== 'lambda';

/** Changes the syntax tree. */
export function keepLists(tree: unknown): void {
  // The walk keeps its own stack, like all walks through trees.
  const open: unknown[] = [tree];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (!isMarkable(at)) continue;
    at.keepArray = true;
    if (at.type === 'path') at.keepSingletonArray = true;
    open.push(...resultParts(at));
  }
}

function resultParts(piece: Markable): readonly unknown[] {
  const { expressions = [], steps = [], lhs, rhs } = piece;
  switch (piece.type) {
    case 'path':
      // A name or a constructor in a path makes elements; an expression in parentheses makes a list of its own.
      return steps.slice(-1).filter(({ type }) => COMPUTED.has(type));
    case 'block':
      return expressions.slice(-1);
    case 'condition':
      return [piece.then, piece.else];
    case 'bind':
      return [rhs];
    case 'unary':
      return piece.value === '[' ? expressions : [];
    case 'function':
      return isOfLists(piece) ? (piece.arguments ?? []) : [];
    case 'apply':
      return isOfLists(rhs) ? [lhs, rhs] : [rhs];
    default:
      return [];
  }
}

const COMPUTED: ReadonlySet<string> = new Set(['apply', 'block', 'condition', 'function']);

const isOfLists = (piece: unknown): boolean =>
  isMarkable(piece) && piece.type === 'function' && OF_LISTS.has(piece.procedure?.value);
