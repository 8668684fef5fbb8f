// One file: lines of any text, functions of what a parser of JavaScript and TypeScript can read.
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parseSync, type ParserOptions } from 'oxc-parser';
import type { FunctionMetrics, Marker } from '../contract.js';
import { languageOf } from '../files/language.js';
import { functionsOf } from './functions.js';
import { linesOf, type Lines } from './lines.js';
import { markersInComment, markersInLines, type FoundMarker } from './markers.js';

export interface FileMetrics {
  readonly path: string;
  readonly language: string;
  readonly lines: number;
  readonly blank: number;
  readonly functions: readonly FunctionMetrics[];
  readonly markers: readonly Marker[];
  /** Why a script has no functions here. */
  readonly unparsed?: string;
}

/** Throws what reading throws. */
export async function measureFile(root: string, path: string): Promise<FileMetrics> {
  const text = await readFile(join(root, path), 'utf8');
  const lines = linesOf(text);
  const { name: language, kind } = languageOf(path);
  const measured = kind === 'script' ? measureScript(path, text, lines) : plain(text);
  return {
    path,
    language,
    lines: lines.total,
    blank: lines.blank,
    functions: measured.functions.map((found) => ({ path, ...found })),
    markers: measured.markers.map((marker) => ({ path, ...marker })),
    ...(measured.unparsed === undefined ? {} : { unparsed: measured.unparsed }),
  };
}

interface Measured {
  readonly functions: readonly Omit<FunctionMetrics, 'path'>[];
  readonly markers: readonly FoundMarker[];
  readonly unparsed?: string;
}

const plain = (text: string): Measured => ({ functions: [], markers: markersInLines(text) });

function measureScript(path: string, text: string, lines: Lines): Measured {
  const { program, comments, errors } = parseSync(path, text, dialectOf(path));
  const [error] = errors;
  if (error !== undefined) return { ...plain(text), unparsed: describe(error.message, error.labels[0]?.start, lines) };
  return {
    functions: functionsOf(program).map(({ name, start, end, complexity }) => {
      const line = lines.at(start);
      return { name, line, lines: lines.at(end) - line + 1, complexity };
    }),
    markers: comments.flatMap(({ value, start }) => markersInComment(value, lines.at(start))),
  };
}

/** Scripts without a module's syntax may be sloppy, and JSX is often found in files that do not say so. */
function dialectOf(path: string): ParserOptions {
  const isPlain = ['.js', '.mjs', '.cjs'].includes(extname(path));
  return { sourceType: 'unambiguous', ...(isPlain ? { lang: 'jsx' } : {}) };
}

const describe = (message: string, offset: number | undefined, lines: Lines): string =>
  offset === undefined ? message : `line ${lines.at(offset)}: ${message}`;
