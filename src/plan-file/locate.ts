// Where in a plan file a problem is: its path as line and column.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const SUB_PLAN_FILE = /\.(?:ya?ml|json)$/i;
/** A larger file takes the YAML parser too long for what a position is worth. */
const MAX_CHARACTERS = 512 * 1024;

interface Opened {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

export interface Locator {
  /** The place of a path such as `tasks.b.needs[0]`, or of the part of it that exists; `undefined` if the file cannot be read. */
  locate(this: void, path: string): Promise<Place | undefined>;
}

/** Files are read once. */
export function createLocator(file: string): Locator {
  const files = new Map<string, Promise<Opened | undefined>>();
  const open = (name: string): Promise<Opened | undefined> => {
    const opened = files.get(name) ?? openFile(name);
    files.set(name, opened);
    return opened;
  };
  const walk = async (name: string, keys: readonly string[]): Promise<Place | undefined> => {
    const opened = await open(name);
    let node: Node | null | undefined = opened?.document.contents;
    if (opened === undefined || node == null) return undefined;
    let at = node;
    for (const [index, key] of keys.entries()) {
      const found = childOf(node, key);
      if (found === undefined) {
        // The rest of the path is in the file that the plan names.
        const named = isScalar(node) && typeof node.value === 'string' ? node.value : '';
        const below = SUB_PLAN_FILE.test(named)
          ? await walk(path.join(path.dirname(name), named), keys.slice(index))
          : undefined;
        return below ?? placeOf(opened, at);
      }
      [node, at] = [found.value, found.key];
    }
    if (node === null) return placeOf(opened, at);
    return placeOf(opened, isScalar(node) || isSeq(node) ? node : at);
  };
  return { locate: (text) => walk(file, keysOf(text)) };
}

async function openFile(file: string): Promise<Opened | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined || text.length > MAX_CHARACTERS) return undefined;
  const lines = new LineCounter();
  return { file, document: parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'silent' }), lines };
}

/** `key`: the node that shows where the child begins. */
function childOf(node: Node | null, key: string): { readonly key: Node; readonly value: Node | null } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((one) => isScalar(one.key) && String(one.key.value) === key);
    return pair === undefined ? undefined : { key: pair.key as Node, value: pair.value as Node | null };
  }
  const item = isSeq(node) && /^\d+$/.test(key) ? (node.items[Number(key)] as Node | undefined) : undefined;
  return item === undefined ? undefined : { key: item, value: item };
}

function placeOf({ file, lines }: Opened, { range }: Node): Place | undefined {
  if (range == null) return undefined;
  const { line, col } = lines.linePos(range[0]);
  return { file, line, column: col };
}

/** `tasks.b.needs[0]` → `tasks`, `b`, `needs`, `0`; `tasks["a b"]` → `tasks`, `a b`. */
export function keysOf(text: string): string[] {
  const keys: string[] = [];
  const part = /\.?([A-Za-z_$][\w$-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  for (let found = part.exec(text); found !== null; found = part.exec(text))
    keys.push(found[1] ?? found[2] ?? String(JSON.parse(found[3]!)));
  return keys;
}
