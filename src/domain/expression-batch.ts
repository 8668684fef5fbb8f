// Many expressions, parsed together. JSONata makes its grammar anew for every parse, which costs some twenty times what the
// few tokens of an expression do; thousands of them must fit into the two seconds that a Workflow Task may take.
//
// They are parsed as the values of one object, `{"0": <first>, "1": <second>, …}`. The tree is believed only if its keys
// are these, all of them, each where it was put: then every value is exactly what stands between two keys, and means what
// it means alone. Otherwise (a malformed expression, an unclosed quote that runs into the next) each is parsed alone.
import { ExpressionError, parseSource } from './expression.js';
import { namesIn, namesInPlain, namesInTree, type Names } from './expression-names.js';

const BATCH = 100;

/** What each expression names, or why it is no expression; by its source. */
export function namesInAll(sources: Iterable<string>): ReadonlyMap<string, Names | ExpressionError> {
  const found = new Map<string, Names | ExpressionError>();
  const left: string[] = [];
  for (const source of new Set(sources)) {
    const plain = namesInPlain(source);
    if (plain === undefined) left.push(source);
    else found.set(source, plain);
  }
  for (let start = 0; start < left.length; start += BATCH) {
    const batch = left.slice(start, start + BATCH);
    const trees = parseTogether(batch);
    for (const [i, source] of batch.entries()) {
      found.set(source, trees === undefined ? namesAlone(source) : namesInTree(trees[i]));
    }
  }
  return found;
}

function namesAlone(source: string): Names | ExpressionError {
  try {
    return namesIn(source);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}

function parseTogether(sources: readonly string[]): unknown[] | undefined {
  let text = '{';
  // JSONata notes where a token ends.
  const ends = sources.map((source, i) => {
    text += `${i === 0 ? '' : ','}"${i}"`;
    const end = text.length;
    text += `:${source}\n`;
    return end;
  });
  const pairs = pairsOf(`${text}}`);
  if (pairs?.length !== sources.length) return undefined;
  const trees: unknown[] = [];
  for (const [i, [key, value]] of pairs.entries()) {
    if (key?.type !== 'string' || key.value !== String(i) || key.position !== ends[i]) return undefined;
    trees.push(value);
  }
  return trees;
}

type Pair = readonly [
  key?: { readonly type: string; readonly value?: unknown; readonly position?: unknown },
  value?: unknown,
];

function pairsOf(text: string): readonly Pair[] | undefined {
  try {
    const tree: { readonly type: string; readonly value?: unknown; readonly lhs?: unknown } = parseSource(text).ast();
    return tree.type === 'unary' && tree.value === '{' && Array.isArray(tree.lhs) ? tree.lhs : undefined;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
