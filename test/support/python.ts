// The Python package, installed by `npm run python` in clients/python/.venv. Tests that need it are skipped without.
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const CLIENT = fileURLToPath(new URL('../../clients/python', import.meta.url));

/** The interpreter of the package; `undefined` if it is not installed. */
export function findPython(): string | undefined {
  const path = process.env['BATON_PYTHON'] ?? `${CLIENT}/.venv/bin/python`;
  return existsSync(path) ? path : undefined;
}

export const NO_PYTHON = 'the Python package is not installed: npm run python';

export interface PythonWorker {
  readonly pid: number;
  /** What it has printed on stderr. */
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly exitCode: number | undefined }>;
}

/** Starts a program that serves agents. Resolves once it takes work. */
export async function startPython(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<PythonWorker> {
  const child = execa(findPython()!, args, { reject: false, env, stdin: 'ignore', forceKillAfterDelay: false });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += String(data)));
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), child.then(() => [])])) as string[];
  if (line?.startsWith('baton: serving') !== true) throw new Error(`the Python worker ended: ${(await child).stderr}`);
  return {
    pid: child.pid!,
    stderr: () => errors,
    kill: (signal) => void child.kill(signal),
    ended: child.then(({ exitCode }) => ({ exitCode })),
  };
}
