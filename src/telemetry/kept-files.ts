// The files in which the workers of a directory keep what calls log: `HOST.000001.jsonl`, and the next number when one is full.
// Workers of one machine append to the same file. Old files are removed, so the directory has a bound.
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Bytes of one file; with this, a directory has a few files, and removing one loses little. */
export const FILE_BYTES = 8 * 1024 * 1024;
/** Bytes of all files of a directory: small for a disk, and read in a second. */
export const DIRECTORY_BYTES = 64 * 1024 * 1024;
/** What is older is rarely read. */
export const MAX_AGE_DAYS = 14;

export interface KeptFile {
  readonly path: string;
  readonly host: string;
  readonly number: number;
  readonly bytes: number;
  readonly changedMs: number;
}

const NAME = /^(.+)\.(\d{6,})\.jsonl$/;

/** Letters that every file system takes. */
export const hostName = (): string => hostname().replace(/[^A-Za-z0-9.-]/g, '-') || 'host';

export const fileNamed = (directory: string, host: string, number: number): string =>
  join(directory, `${host}.${String(number).padStart(6, '0')}.jsonl`);

/** Oldest first. Empty if there is no such directory. */
export async function listKeptFiles(directory: string): Promise<KeptFile[]> {
  const names = await readdir(directory).catch(() => []);
  const files = await Promise.all(
    names.map(async (name): Promise<KeptFile[]> => {
      const [, host, number] = NAME.exec(name) ?? [];
      const path = join(directory, name);
      // Another worker may have removed it.
      const found = await stat(path).catch(() => undefined);
      if (host === undefined || found?.isFile() !== true) return [];
      return [{ path, host, number: Number(number), bytes: found.size, changedMs: found.mtimeMs }];
    }),
  );
  return files.flat().sort((a, b) => a.changedMs - b.changedMs || a.number - b.number);
}

/** Removes files that are too old, then the oldest until the rest is small enough. The newest file stays. */
export async function sweepKeptFiles(directory: string, now: number): Promise<void> {
  const files = await listKeptFiles(directory);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const file of files.slice(0, -1)) {
    if (now - file.changedMs <= MAX_AGE_DAYS * 86_400_000 && bytes <= DIRECTORY_BYTES) continue;
    await rm(file.path, { force: true });
    bytes -= file.bytes;
  }
}
