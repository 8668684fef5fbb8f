// Finds code blocks that hold one JSON value: ```json … ```, ~~~ … ~~~, on several lines or on one, closed or not.
import type { JsonScanner } from './scanner.js';

const FENCES = ['```', '~~~'] as const;
/** The longest name of a language after a fence, in characters. */
const MAX_LABEL = 20;

/**
 * The JSON of the blocks: first of those labelled JSON, then of the others. In a block that is labelled with another language,
 * only objects and lists count: a number or a word there is code, not an answer.
 */
export function blocksIn(scanner: JsonScanner): readonly string[] {
  const labelled: string[] = [];
  const others: string[] = [];
  for (const { label, json } of allBlocks(scanner)) {
    if (/^json/i.test(label)) labelled.push(json);
    else if (label === '' || /^[{[]/.test(json)) others.push(json);
  }
  return [...labelled, ...others];
}

function* allBlocks(scanner: JsonScanner): Generator<{ readonly label: string; readonly json: string }> {
  const { text } = scanner;
  for (let at = nextFence(text, 0); at < text.length; at = nextFence(text, at)) {
    at = afterFence(text, at);
    const label = labelAt(text, at);
    const start = scanner.skipSpace(at + label.length);
    const scanned = scanner.scan(start);
    if (!('end' in scanned)) continue;
    const close = scanner.skipSpace(scanned.end);
    if (close < text.length && !FENCES.some((fence) => text.startsWith(fence, close))) continue;
    yield { label, json: text.slice(start, scanned.end) };
    at = close < text.length ? afterFence(text, close) : close;
  }
}

function nextFence(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if ((text[i] === '`' || text[i] === '~') && FENCES.some((fence) => text.startsWith(fence, i))) return i;
  }
  return text.length;
}

function afterFence(text: string, at: number): number {
  let i = at;
  while (text[i] === text[at]) i += 1;
  return i;
}

function labelAt(text: string, at: number): string {
  let i = at;
  while (i - at <= MAX_LABEL && /[\w+.-]/.test(text[i] ?? '')) i += 1;
  return i - at > MAX_LABEL ? '' : text.slice(at, i);
}
