// A worker as a process of its own, to be killed.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { inject, onTestFinished } from 'vitest';

const jiti = join(dirname(createRequire(import.meta.url).resolve('jiti/package.json')), 'lib', 'jiti-cli.mjs');
const script = fileURLToPath(new URL('../fixtures/e2e/worker.ts', import.meta.url));

export interface WorkerProcess {
  readonly pid: number;
  /** SIGKILL: it says nothing to anyone. */
  kill(): Promise<void>; err(): string;
}

/** Resolves once it takes work. Killed at the latest when the test is over. */
export async function startWorkerProcess(directory: string, taskQueue: string): Promise<WorkerProcess> {
  const args = [jiti, script, directory, taskQueue, inject('workflowBundle')];
  const child = execa(process.execPath, args, { stdin: 'pipe', reject: false, buffer: { stdout: false } });
  const kill = async () => {
    child.kill('SIGKILL');
    await child;
  };
  onTestFinished(kill);
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), child.then(() => [])])) as string[];
  if (line !== 'ready' || child.pid === undefined) throw new Error(`the worker ended: ${(await child).stderr}`);
  let e = ''; child.stderr.on('data', (x: Buffer) => (e += x.toString()));
  return { pid: child.pid, kill, err: () => e };
}
