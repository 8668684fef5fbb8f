// Finds the names in an expression in its syntax tree, without evaluating it: the tasks that it mentions, which become needs, and
// all other names, which validation checks. The walk keeps its own stack: a tree may be deeper than the JavaScript stack.
import { defined } from '../json/defined.js';
import { parseSource } from './expression.js';
import { parsePlainPath } from './plain-path.js';

export interface TaskMention {
  readonly task: string;
  /** The field after the id: `output`, `status`, …; absent for the whole record. */
  readonly field?: string;
}

export interface Names {
  readonly tasks: readonly TaskMention[];
  /** Variables that the expression does not bind itself, and that are not functions of JSONata. */
  readonly variables: readonly string[];
  /** The fields of `$run` that it reads: `id`, `plan`, … */
  readonly runFields: readonly string[];
  /** The fields of `$needs` that it reads: ids of tasks. */
  readonly needFields: readonly string[];
  /** The regular expressions in it. */
  readonly regExps: readonly RegExp[];
  /** Functions of JSONata in it that are not allowed, because they depend on chance or evaluate text. */
  readonly refused: readonly string[];
  /** True if it reads the clock: its result may be different each time. */
  readonly readsClock: boolean;
  /** True if `$tasks` occurs without a literal id after it, so that the needs cannot be found. */
  readonly dynamicTasks: boolean;
  /** A bare name at the root, where there is no data: `input.x` instead of `$input.x`; or `$` or `$$`, which mean that data. */
  readonly bareRoot?: string;
}

/** The fields of a task under `$tasks.<id>`. */
export const TASK_FIELDS = ['output', 'status', 'failure', 'failures'] as const;

/** The fields of `$run`. */
export const RUN_FIELDS = ['id', 'plan', 'startedAt', 'scheduledAt'] as const;

/** Functions that are not allowed: they depend on chance (`random`, `shuffle`) or hide what they read (`eval`). */
const REFUSED = new Set(['random', 'shuffle', 'eval']);
const CLOCK = new Set(['now', 'millis']);

/** The functions of JSONata 2. Source: docs.jsonata.org, function library. */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  `abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent
  distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase formatInteger formatNumber
  fromMillis join keys length lookup lowercase map match max merge millis min not now number pad parseInteger power
  random reduce replace reverse round shuffle sift single sort split spread sqrt string substring substringAfter
  substringBefore sum toMillis trim type uppercase zip`.split(/\s+/),
);

/** The names in an expression. Throws an ExpressionError if it is malformed. */
export const namesIn = (source: string): Names => namesInPlain(source) ?? namesInTree(parseSource(source).ast());

/** The names in a plain path; `undefined` for any other expression. */
export function namesInPlain(source: string): Names | undefined {
  const plain = parsePlainPath(source);
  return plain === undefined || FUNCTIONS.has(plain.root) ? undefined : namesInPath(plain.root, plain.keys);
}

/** The names in a syntax tree of JSONata. */
export function namesInTree(tree: unknown): Names {
  const found: Found = {
    tasks: [],
    used: new Set(),
    bound: new Set(),
    runFields: new Set(),
    needFields: new Set(),
    regExps: [],
    dynamicTasks: false,
  };
  walk(tree, found);
  const { tasks, used, bound, runFields, needFields, regExps, dynamicTasks, bareRoot } = found;
  return {
    tasks,
    variables: [...used].filter((name) => !bound.has(name) && !FUNCTIONS.has(name)),
    runFields: [...runFields],
    needFields: [...needFields],
    regExps,
    refused: [...used].filter((name) => REFUSED.has(name)),
    readsClock: [...used].some((name) => CLOCK.has(name)),
    dynamicTasks,
    ...defined({ bareRoot }),
  };
}

function namesInPath(root: string, keys: readonly string[]): Names {
  const [first, second] = keys;
  return {
    tasks: root === 'tasks' && first !== undefined ? [mention(first, second)] : [],
    variables: root === 'tasks' ? [] : [root],
    runFields: root === 'run' && first !== undefined ? [first] : [],
    needFields: root === 'needs' && first !== undefined ? [first] : [],
    regExps: [],
    refused: [],
    readsClock: false,
    dynamicTasks: root === 'tasks' && first === undefined,
  };
}

interface Found {
  readonly tasks: TaskMention[];
  readonly used: Set<string>;
  readonly bound: Set<string>;
  readonly runFields: Set<string>;
  readonly needFields: Set<string>;
  readonly regExps: RegExp[];
  dynamicTasks: boolean;
  bareRoot?: string;
}

/** One piece of JSONata's syntax tree. */
type Piece = Readonly<Record<string, unknown>>;

/** `atRoot`: true if the part is evaluated against the root of the data, which is empty. */
interface Visit {
  readonly value: unknown;
  readonly atRoot: boolean;
}

const isPiece = (value: unknown): value is Piece =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const mention = (task: string, field: unknown): TaskMention => (typeof field === 'string' ? { task, field } : { task });
const nameOf = (piece: unknown): string | undefined =>
  isPiece(piece) && piece['type'] === 'name' ? String(piece['value']) : undefined;

/** Parts that are evaluated against the values that the piece selects, not against the root. */
const NOT_AT_ROOT = new Set(['stages', 'predicate', 'group', 'pattern', 'update', 'delete']);
/** Keys that JSONata adds for its `%` operator: they contain no names. */
const NOTES = new Set(['ancestor', 'seekingParent', 'slot']);

/** Visits all parts in the order of the text. JSONata keeps them under many different keys. */
function walk(root: unknown, found: Found): void {
  const open: Visit[] = [{ value: root, atRoot: true }];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { value, atRoot } = visit;
    if (Array.isArray(value)) {
      for (const part of value.toReversed()) open.push({ value: part, atRoot });
    } else if (isPiece(value)) {
      noteBindings(value, found);
      noteVariable(value, atRoot, found);
      if (value['value'] instanceof RegExp) found.regExps.push(value['value']);
      open.push(...partsOf(value, atRoot, found).reverse());
    }
  }
}

function noteBindings(piece: Piece, found: Found): void {
  const { type, lhs, arguments: parameters, focus, index, value } = piece;
  if (type === 'bind' && isPiece(lhs)) found.bound.add(String(lhs['value']));
  if (type === 'lambda' && Array.isArray(parameters)) {
    for (const parameter of parameters) if (isPiece(parameter)) found.bound.add(String(parameter['value']));
  }
  for (const name of [focus, index, type === 'index' ? value : undefined]) {
    if (typeof name === 'string') found.bound.add(name);
  }
}

function noteVariable({ type, value }: Piece, atRoot: boolean, found: Found): void {
  if (type !== 'variable') return;
  const name = String(value);
  if (name === 'tasks') found.dynamicTasks = true;
  else if (name === '$' || (name === '' && atRoot)) found.bareRoot ??= `$${name}`;
  else if (name !== '') found.used.add(name);
}

function partsOf(piece: Piece, atRoot: boolean, found: Found): Visit[] {
  const { type, steps, ...others } = piece;
  const path = type === 'path' && Array.isArray(steps) ? notePath(steps, atRoot, found) : [];
  const rest = Object.entries(type === 'path' ? others : piece)
    .filter(([key]) => !NOTES.has(key))
    .map(([key, value]) => ({ value, atRoot: atRoot && !NOT_AT_ROOT.has(key) }));
  return [...path, ...rest];
}

/** The steps of a path, in order. Only the first is evaluated against the same data as the path. */
function notePath([first, second, third, ...rest]: readonly unknown[], atRoot: boolean, found: Found): Visit[] {
  const bare = nameOf(first);
  if (atRoot && bare !== undefined) found.bareRoot ??= bare;
  const variable = isPiece(first) && first['type'] === 'variable' ? first['value'] : undefined;
  const name = nameOf(second);
  if (variable === 'run' && name !== undefined) found.runFields.add(name);
  if (variable === 'needs' && name !== undefined) found.needFields.add(name);
  const literal = variable === 'tasks' && name !== undefined && isPiece(first) && first['predicate'] === undefined;
  if (literal) found.tasks.push(mention(name, nameOf(third)));
  const start = literal ? { ...first, type: 'mention' } : first;
  return [{ value: start, atRoot }, ...[second, third, ...rest].map((value) => ({ value, atRoot: false }))];
}
