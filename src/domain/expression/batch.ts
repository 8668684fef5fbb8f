// Parses many expressions together. JSONata builds its grammar again for every parse, which costs about twenty times as much as the
// few tokens of an expression; thousands of expressions must fit into the two seconds that a Workflow Task may take.
//
// The expressions are parsed as the values of one object, `{"0": <first>, "1": <second>, …}`. The tree is used only if it has
// exactly these keys at the expected positions: then each value is the text between two keys, and means the same as alone.
// Otherwise (a malformed expression, an unclosed quote that runs into the next) each expression is parsed alone.
import { ExpressionError, parseSource } from './expression.js';
import { namesIn, namesInPlain, namesInTree, type Names } from './names.js';

const BATCH = 100;

/** After this many malformed expressions the rest is not parsed: no more problems are reported. */
const MAX_BROKEN = 1_000;

/**
 * For each source, the names in the expression, or the error if it cannot be parsed. After 1,000 malformed expressions, the rest is
 * left out.
 */
export function namesInAll(sources: Iterable<string>): ReadonlyMap<string, Names | ExpressionError> {
  const found = new Map<string, Names | ExpressionError>();
  const left: string[] = [];
  for (const source of new Set(sources)) {
    const plain = namesInPlain(source);
    if (plain === undefined) left.push(source);
    else found.set(source, plain);
  }
  const batches: (readonly string[])[] = [];
  for (let start = 0; start < left.length; start += BATCH) batches.push(left.slice(start, start + BATCH));
  batches.reverse();
  let broken = 0;
  for (let batch = batches.pop(); batch !== undefined && broken < MAX_BROKEN; batch = batches.pop()) {
    const [only] = batch;
    const trees = batch.length === 1 ? undefined : parseTogether(batch);
    if (trees !== undefined) for (const [i, source] of batch.entries()) found.set(source, namesInTree(trees[i]));
    else if (batch.length === 1) {
      const names = namesAlone(only!);
      found.set(only!, names);
      if (names instanceof ExpressionError) broken++;
    } else {
      // Halving the batch finds the malformed ones.
      const half = batch.length >> 1;
      batches.push(batch.slice(half), batch.slice(0, half));
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
  // The `position` of JSONata is the end of a token.
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
