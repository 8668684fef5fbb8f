// Replaces the values of secrets in text, in time proportional to the text, however many secrets there are.
// D1. What is replaced is the union of all matches, so no part of a secret is left if it overlaps another or is within it.
// D2. Nothing is cut before it is redacted. What was cut by others (a body that was read up to a limit) goes through `redactCut`.
// D3. A stream passes on all text in which no secret begins. It holds back only what may be the beginning of one.
import { secretMark, type Redactor, type TextStream } from '../../domain/secret.js';
import { createAutomaton, type Automaton } from './automaton.js';
import { patternsOf, type Pattern, type SecretValue } from './patterns.js';
import { endOf, startOf, viewsOf, type View } from './views.js';

/** A part of a text that holds a secret. */
interface Region {
  start: number;
  end: number;
  name: string;
  /** The length of the longest match in it, which names it. */
  length: number;
}

interface Scan {
  /** In order, without overlaps. */
  readonly regions: readonly Region[];
  /** What comes after this may be the beginning of a secret. */
  readonly decided: number;
}

/** A redactor whose secrets are all known. */
export type FixedRedactor = Omit<Redactor, 'add'>;

/** For a call without secrets. */
const NOTHING_SECRET: FixedRedactor = {
  redact: (text) => text,
  redactCut: (text) => text,
  redactStream: (emit) => ({ push: emit, end() {} }),
};

export function createRedactor(secrets: readonly SecretValue[]): FixedRedactor {
  const patterns = patternsOf(secrets);
  if (patterns.length === 0) return NOTHING_SECRET;
  const automaton = createAutomaton(patterns.map(({ text }) => text));
  const hasSpaces = secrets.some(({ value }) => value.includes(' '));
  const shortest = patterns.reduce((least, { text }) => Math.min(least, text.length), Infinity);
  const scan = (text: string, isWhole: boolean) =>
    scanViews(automaton, patterns, viewsOf(text, { hasSpaces, isWhole }));
  return {
    // Outputs have many short texts and numbers.
    redact: (text) => (text.length < shortest ? text : replaceRegions(text, scan(text, true).regions, text.length)),
    redactCut(text) {
      const { regions, decided } = scan(text, true);
      return replaceRegions(text, regions, decided);
    },
    redactStream: (emit) => createStream((text) => scan(text, false), emit),
  };
}

function scanViews(automaton: Automaton, patterns: readonly Pattern[], views: readonly View[]): Scan {
  const found: Region[] = [];
  let decided = Infinity;
  for (const view of views) {
    const ofView: Region[] = [];
    const mark = decidedLength(view);
    const depth = automaton.scan(view.text, mark, (end, index) => addMatch(ofView, view, end, patterns[index]!));
    for (const region of ofView) found.push(region);
    const open = depth === 0 ? view.decided : startOf(view, mark - depth);
    decided = Math.min(decided, open, view.decided);
  }
  const regions = mergeRegions(found);
  return { regions, decided: outsideEscapes(views, outsideRegions(regions, decided)) };
}

/** The number of characters of a view that are decided. */
function decidedLength({ text, places, decided }: View): number {
  return places === undefined ? Math.min(text.length, decided) : countUntil(places.starts, decided - 1);
}

/** The matches of a view come in the order of their ends. Those that overlap become one, so a text has no more regions than characters. */
function addMatch(regions: Region[], view: View, end: number, { text, name, before, after }: Pattern): void {
  const start = Math.max(0, end - text.length - before);
  const last = Math.min(view.text.length, end + after) - 1;
  const added = { start: startOf(view, start), end: endOf(view, last), name, length: text.length };
  let above = regions.at(-1);
  while (above !== undefined && above.end > added.start) {
    absorb(added, regions.pop()!);
    above = regions.at(-1);
  }
  regions.push(added);
}

function absorb(region: Region, other: Region): void {
  region.start = Math.min(region.start, other.start);
  region.end = Math.max(region.end, other.end);
  if (other.length > region.length) Object.assign(region, { name: other.name, length: other.length });
}

function mergeRegions(found: Region[]): Region[] {
  const merged: Region[] = [];
  for (const region of found.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && region.start < last.end) absorb(last, region);
    else merged.push({ ...region });
  }
  return merged;
}

/** A region may still grow, so it is not parted. */
function outsideRegions(regions: readonly Region[], decided: number): number {
  const parted = regions.findLast(({ start, end }) => start < decided && decided < end);
  return parted?.start ?? decided;
}

/** The rest of a stream is decoded by itself, so no escape is parted. */
function outsideEscapes(views: readonly View[], decided: number): number {
  let outside = decided;
  for (const view of [...views, ...views]) {
    const starts = view.places?.starts;
    if (starts === undefined || starts.length === 0 || outside >= endOf(view, starts.length - 1)) continue;
    outside = Math.min(outside, lastStart(starts, outside));
  }
  return outside;
}

/** The greatest start that is not after `place`. */
const lastStart = (starts: Int32Array, place: number): number => starts[countUntil(starts, place) - 1] ?? 0;

/** How many of the starts, which are in order, are not after `place`. */
function countUntil(starts: Int32Array, place: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The text up to `until`, with its regions replaced. */
function replaceRegions(text: string, regions: readonly Region[], until: number): string {
  const parts: string[] = [];
  let done = 0;
  for (const { start, end, name } of regions) {
    if (start >= until) break;
    parts.push(text.slice(done, start), secretMark(name));
    done = end;
  }
  return done === 0 ? text.slice(0, until) : [...parts, text.slice(done, until)].join('');
}

function createStream(scan: (text: string) => Scan, emit: (text: string) => void): TextStream {
  let held = '';
  const pass = (text: string) => {
    if (text !== '') emit(text);
  };
  return {
    push(text) {
      const all = held + text;
      const { regions, decided } = scan(all);
      held = all.slice(decided);
      pass(replaceRegions(all, regions, decided));
    },
    end() {
      const rest = held;
      held = '';
      pass(replaceRegions(rest, scan(rest).regions, rest.length));
    },
  };
}
