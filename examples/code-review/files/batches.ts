// Cuts files into batches: small ones in a small repository, so that work spreads; larger ones in a large one, so that it
// has some hundred calls at most.
import { Kind, type Batch } from '../contract.js';
import { languageOf } from './language.js';

export interface TextFile {
  readonly path: string;
  readonly bytes: number;
}

const MIN_FILES = 25;
const MAX_FILES = 500;
/** Batches of one kind that a repository is cut into, while they are below MAX_FILES. */
const WANTED = 40;
/** What a tool that prints whole files prints, more or less. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The paths travel in one payload, which holds two megabytes. */
const MAX_PATH_BYTES = 1_200_000;

/** The first so many files whose paths fit. */
export function fitting(files: readonly TextFile[]): TextFile[] {
  let bytes = 0;
  const end = files.findIndex(({ path }) => (bytes += Buffer.byteLength(path) + 3) > MAX_PATH_BYTES);
  return end < 0 ? [...files] : files.slice(0, end);
}

export function batchesOf(root: string, files: readonly TextFile[]): Batch[] {
  return Kind.options.flatMap((kind) =>
    cut(
      root,
      kind,
      files.filter(({ path }) => languageOf(path).kind === kind),
    ),
  );
}

function cut(root: string, kind: Kind, files: readonly TextFile[]): Batch[] {
  const most = Math.min(MAX_FILES, Math.max(MIN_FILES, Math.ceil(files.length / WANTED)));
  const batches: Batch[] = [];
  let bytes = 0;
  for (const file of files) {
    const last = batches.at(-1);
    if (last === undefined || last.files.length >= most || bytes + file.bytes > MAX_BYTES) {
      batches.push({ root, kind, files: [file.path] });
      bytes = file.bytes;
    } else {
      last.files.push(file.path);
      bytes += file.bytes;
    }
  }
  return batches;
}
