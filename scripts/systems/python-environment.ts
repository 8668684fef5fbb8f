// Python environments with exact versions, made once by uv and kept in the cache. A new list of versions makes a new environment.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { cacheDirectory, MissingProgram, onPath } from './install.js';

const UV_VERSION = '0.13.9';
const UV = join(cacheDirectory, `uv-${UV_VERSION}`);

export interface PythonEnvironment {
  /** Where it is. */
  directory(this: void): Promise<string>;
  isInstalled(this: void): Promise<boolean>;
  install(this: void, say: (line: string) => void): Promise<void>;
  /** A program of the environment, by its name. */
  program(this: void, name: string): Promise<string>;
  /** For programs that start others of the environment. */
  path(this: void): Promise<string>;
}

/** The environment of `python/NAME.txt`. `version`, as uv reads it: `3.13`, `>=3.10`. */
export function pythonEnvironment(name: string, version = '>=3.10'): PythonEnvironment {
  const list = fileURLToPath(new URL(`python/${name}.txt`, import.meta.url));
  const directory = () => directoryOf(name, list);
  const bin = async () => join(await directory(), 'bin');
  return {
    directory,
    isInstalled: async () => existsSync(await bin()),
    install: async (say) => {
      say(`${name}: making its Python environment`);
      await make(await directory(), list, version);
    },
    program: async (program) => join(await bin(), program),
    path: async () => [await bin(), process.env['PATH']].join(delimiter),
  };
}

async function directoryOf(name: string, list: string): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(list))
    .digest('hex');
  return join(cacheDirectory, `python-${name}-${digest.slice(0, 12)}`);
}

/** Another process may make the same environment meanwhile: each makes its own, and the first one is kept. */
async function make(directory: string, list: string, version: string): Promise<void> {
  const partial = `${directory}.${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await uv(['venv', '--relocatable', '--python', version, partial]);
  // The list is complete. Without `--no-deps`, a package that asks for more than it needs would be refused.
  await uv(['pip', 'install', '--no-deps', '--python', join(partial, 'bin', 'python'), '-r', list]);
  await rename(partial, directory).catch(() => rm(partial, { recursive: true }));
}

async function uv(args: readonly string[]): Promise<void> {
  if (!existsSync(UV)) await installUv();
  // Interpreters of pyenv are found only on the PATH. uv would download others, which not every network allows.
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const pyenv = (await readdir(versions).catch(() => [])).map((version) => join(versions, version, 'bin'));
  const env = { PATH: [process.env['PATH'], ...pyenv].join(delimiter), UV_PYTHON_DOWNLOADS: 'never' };
  await execa(join(UV, 'bin', 'uv'), args, { env, stdin: 'ignore' }).catch((error: Error) => {
    const version = /No interpreter found for Python (\S+)/.exec(error.message)?.[1];
    throw version === undefined ? error : new MissingProgram(`Python ${version}`, 'install it, by uv or pyenv');
  });
}

async function installUv(): Promise<void> {
  if (!(await onPath('python3'))) throw new MissingProgram('python3', 'install Python 3.10 or newer, with pip');
  const partial = `${UV}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  await execa('python3', ['-m', 'pip', 'install', '--quiet', '--target', partial, `uv==${UV_VERSION}`], {
    stdin: 'ignore',
  });
  await rename(partial, UV).catch(() => rm(partial, { recursive: true }));
}
