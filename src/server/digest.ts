// Checks that a downloaded program is the one that Temporal has released. The digest of a file in the cache is computed once: it takes
// about half a second. A record next to the file (`temporal-1.9.1.checked`) says which file had the digest; if the file is replaced or
// cut later, its size or time differs, and it is checked again.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { Binary } from './binaries.js';

/** The program is not the one that was released. It has not run. */
export class WrongDigestError extends Error {
  override readonly name = 'WrongDigestError';
}

const Checked = z.strictObject({ sha256: z.string(), size: z.number(), mtimeMs: z.number() });

/** As in the table of programs: `linux-x64`. */
export const PLATFORM = `${process.platform}-${process.arch}`;

/** Throws WrongDigestError unless the file has the digest of the release for this platform. */
export async function checkDigest({ program, version, sha256 }: Binary, file: string): Promise<void> {
  const expected = sha256[PLATFORM];
  const got = await sha256Of(file);
  if (got === expected) return;
  throw new WrongDigestError(`${program} ${version} for ${PLATFORM}: expected the SHA-256 ${expected}, got ${got}`);
}

/** As `checkDigest`, for a file that stays: a file that has been checked is not read again. */
export async function checkCached(binary: Binary, file: string): Promise<void> {
  const isKnown = isDeepStrictEqual(await readChecked(file), await factsOf(binary, file));
  if (isKnown && (await isSafe(file)) && (await isSafe(recordOf(file)))) return;
  await checkDigest(binary, file);
  await recordChecked(binary, file);
}

/** A cache that cannot be written is checked every time. */
export async function recordChecked(binary: Binary, file: string): Promise<void> {
  const record = JSON.stringify(await factsOf(binary, file));
  await writeFileAtomic(recordOf(file), record, { mode: 0o600 }).catch(() => undefined);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

const recordOf = (file: string): string => `${file}.checked`;

async function factsOf({ sha256 }: Binary, file: string): Promise<z.infer<typeof Checked>> {
  const { size, mtimeMs } = await stat(file);
  return { sha256: sha256[PLATFORM] ?? '', size, mtimeMs };
}

async function readChecked(file: string): Promise<z.infer<typeof Checked> | undefined> {
  try {
    return Checked.parse(JSON.parse(await readFile(recordOf(file), 'utf8')));
  } catch {
    return undefined;
  }
}

/** No other user but root can have written it. */
async function isSafe(file: string): Promise<boolean> {
  const { uid, mode } = await stat(file);
  return (uid === 0 || uid === process.getuid?.()) && (mode & 0o022) === 0;
}
