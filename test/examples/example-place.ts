// Examples run as their readers run them: as processes, with the built command, in a directory of their own.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll } from 'vitest';
import { buildCli } from '../support/built-cli.js';

export const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

export interface ExampleEnd {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExamplePlace {
  /** A path in the directory of this test file. */
  at(this: void, ...parts: string[]): string;
  write(this: void, name: string, content: string | Uint8Array): Promise<void>;
  read(this: void, name: string): Promise<string>;
  /** Runs Node.js there. */
  node(this: void, ...args: string[]): Promise<ExampleEnd>;
}

/** One directory for a test file; a Temporal server that an example starts there is gone with the example. */
export function useExamplePlace(): ExamplePlace {
  let directory = '';
  beforeAll(async () => {
    await buildCli();
    // A space, as in the paths of many people.
    directory = await mkdtemp(join(tmpdir(), 'baton example-'));
  });
  afterAll(async () => {
    if (directory !== '') await rm(directory, { recursive: true, force: true });
  });
  const at = (...parts: string[]) => join(directory, ...parts);
  return {
    at,
    async write(name, content) {
      await mkdir(dirname(at(name)), { recursive: true });
      await writeFile(at(name), content);
    },
    read: (name) => readFile(at(name), 'utf8'),
    async node(...args) {
      const options = { cwd: directory, env: environment(), extendEnv: false, reject: false, stdin: 'ignore' } as const;
      const { exitCode, stdout, stderr } = await execa(process.execPath, args, options);
      return { exitCode, stdout, stderr };
    },
  };
}

/** Nothing of the machine's own configuration, nor of the npm script that runs the tests, and no colours. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|FORCE_COLOR|INIT_CWD|npm_)/.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}
