// What an expression names, found in its syntax tree without evaluating it: the tasks it mentions (which become needs),
// and every name that is not there. The walk keeps its own stack: a tree may be deeper than the JavaScript stack.
import { parseSource } from './expression.js';
import { parsePlainPath } from './plain-path.js';

export interface TaskMention {
  readonly task: string;
  /** The field after the id: `output`, `status`, …; absent for the whole record. */
  readonly field?: string;
}

export interface Names {
  readonly tasks: readonly TaskMention[];
  /** Variables that the expression neither binds nor takes from JSONata. */
  readonly variables: readonly string[];
  /** What it reads of `$run`: `id`, `plan`, … */
  readonly runFields: readonly string[];
  /** JSONata functions in it that depend on chance or on text: refused, even under a name of the expression's own. */
  readonly refused: readonly string[];
  /** True if the result may change from one moment to the next. */
  readonly readsClock: boolean;
  /** `$tasks` without a literal id after it: no needs can be told from that. */
  readonly dynamicTasks: boolean;
  /** A bare name where no data is: `input.x` instead of `$input.x`; `$` or `$$`, which stand for that data. */
  readonly bareRoot?: string;
}

/** What a task shows of itself under `$tasks.<id>`. */
export const TASK_FIELDS = ['output', 'status', 'failure', 'failures'] as const;

/** What a run shows of itself under `$run`. */
export const RUN_FIELDS = ['id', 'plan', 'startedAt'] as const;

/** Depend on chance (`random`, `shuffle`) or hide what they read (`eval`). */
const REFUSED = new Set(['random', 'shuffle', 'eval']);
const CLOCK = new Set(['now', 'millis']);

/** JSONata 2's own functions. Source: docs.jsonata.org, function library. */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  `abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent
  distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase formatInteger formatNumber
  fromMillis join keys length lookup lowercase map match max merge millis min not now number pad parseInteger power
  random reduce replace reverse round shuffle sift single sort split spread sqrt string substring substringAfter
  substringBefore sum toMillis trim type uppercase zip`.split(/\s+/),
);

/** Throws ExpressionError where the text is no JSONata. */
export const namesIn = (source: string): Names => namesInPlain(source) ?? namesInTree(parseSource(source).ast());

/** What a plain path names; `undefined` for any other expression. */
export function namesInPlain(source: string): Names | undefined {
  const plain = parsePlainPath(source);
  return plain === undefined || FUNCTIONS.has(plain.root) ? undefined : namesInPath(plain.root, plain.keys);
}

/** What JSONata's syntax tree names. */
export function namesInTree(tree: unknown): Names {
  const found: Found = { tasks: [], used: new Set(), bound: new Set(), runFields: new Set(), dynamicTasks: false };
  walk(tree, found);
  const { tasks, used, bound, runFields, dynamicTasks, bareRoot } = found;
  return {
    tasks,
    variables: [...used].filter((name) => !bound.has(name) && !FUNCTIONS.has(name)),
    runFields: [...runFields],
    refused: [...used].filter((name) => REFUSED.has(name)),
    readsClock: [...used].some((name) => CLOCK.has(name)),
    dynamicTasks,
    ...(bareRoot === undefined ? {} : { bareRoot }),
  };
}

function namesInPath(root: string, keys: readonly string[]): Names {
  const [first, second] = keys;
  return {
    tasks: root === 'tasks' && first !== undefined ? [mention(first, second)] : [],
    variables: root === 'tasks' ? [] : [root],
    runFields: root === 'run' && first !== undefined ? [first] : [],
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
  dynamicTasks: boolean;
  bareRoot?: string;
}

/** One piece of JSONata's syntax tree. */
type Piece = Readonly<Record<string, unknown>>;

/** `atRoot`: evaluated against the root of the data, of which there is none. */
interface Visit {
  readonly value: unknown;
  readonly atRoot: boolean;
}

const isPiece = (value: unknown): value is Piece =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const mention = (task: string, field: unknown): TaskMention => (typeof field === 'string' ? { task, field } : { task });
const nameOf = (piece: unknown): string | undefined =>
  isPiece(piece) && piece['type'] === 'name' ? String(piece['value']) : undefined;

/** Evaluated against the values that the piece selects. */
const NOT_AT_ROOT = new Set(['stages', 'predicate', 'group', 'pattern', 'update', 'delete']);
/** JSONata's notes on its `%` operator: nothing is named there. */
const NOTES = new Set(['ancestor', 'seekingParent', 'slot']);

/** Visits in the order of the text: JSONata keeps children under many names. */
function walk(root: unknown, found: Found): void {
  const open: Visit[] = [{ value: root, atRoot: true }];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { value, atRoot } = visit;
    if (Array.isArray(value)) {
      for (const part of value.toReversed()) open.push({ value: part, atRoot });
    } else if (isPiece(value)) {
      noteBindings(value, found);
      noteVariable(value, atRoot, found);
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
  const { type, steps: places, ...others } = piece;
  const path = type === 'path' && Array.isArray(places) ? notePath(places, atRoot, found) : [];
  const rest = Object.entries(type === 'path' ? others : piece)
    .filter(([key]) => !NOTES.has(key))
    .map(([key, value]) => ({ value, atRoot: atRoot && !NOT_AT_ROOT.has(key) }));
  return [...path, ...rest];
}

/** The places of a path, one after the other; only the first is evaluated where the path itself is. */
function notePath([first, second, third, ...rest]: readonly unknown[], atRoot: boolean, found: Found): Visit[] {
  const bare = nameOf(first);
  if (atRoot && bare !== undefined) found.bareRoot ??= bare;
  const variable = isPiece(first) && first['type'] === 'variable' ? first['value'] : undefined;
  const name = nameOf(second);
  if (variable === 'run' && name !== undefined) found.runFields.add(name);
  const literal = variable === 'tasks' && name !== undefined && isPiece(first) && first['predicate'] === undefined;
  if (literal) found.tasks.push(mention(name, nameOf(third)));
  const start = literal ? { ...first, type: 'mention' } : first;
  return [{ value: start, atRoot }, ...[second, third, ...rest].map((value) => ({ value, atRoot: false }))];
}
