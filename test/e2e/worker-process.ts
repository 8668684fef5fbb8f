// A worker as a process of its own, to be killed.
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { inject, onTestFinished } from 'vitest';
import { bundledScript } from '../support/bundled-script.js';

const scriptOf = (name: string) => fileURLToPath(new URL(`../fixtures/e2e/${name}`, import.meta.url));

/** A copy of the Workflow code: another test run may bundle it anew, and a run is not to meet two versions of it. */
export async function copyBundle(directory: string): Promise<string> {
  const codePath = join(directory, 'workflow-bundle.js');
  await copyFile(inject('workflowBundle'), codePath);
  return codePath;
}

export interface WorkerPlace {
  /** Whose server it works for. */
  readonly directory: string;
  readonly taskQueue: string;
  readonly codePath: string;
  /** In test/fixtures/e2e; default the one with agents that take notes. */
  readonly script?: string;
  readonly args?: readonly string[];
}

export interface WorkerProcess {
  /** Whether the process that was started has not ended. */
  isRunning(): boolean;
  /** SIGSTOP: it stands still, and keeps its connections. */
  freeze(): void;
  /** SIGKILL: it says nothing to anyone. */
  kill(): Promise<void>;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ readonly exitCode: number | undefined; readonly stderr: string }>;
}

/** Resolves once it takes work. Killed at the latest when the test is over. */
export async function startWorkerProcess(place: WorkerPlace): Promise<WorkerProcess> {
  const { directory, taskQueue, codePath, script = 'worker.ts', args: more = [] } = place;
  const args = [await bundledScript(scriptOf(script)), directory, taskQueue, codePath, ...more];
  const child = execa(process.execPath, args, {
    stdin: 'pipe',
    reject: false,
    buffer: { stdout: false },
    // One that drains takes its time.
    forceKillAfterDelay: false,
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await child;
  };
  onTestFinished(kill);
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), child.then(() => [])])) as string[];
  if (line !== 'ready') throw new Error(`the worker ended: ${(await child).stderr}`);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const { exitCode, stderr } = await child;
    return { exitCode, stderr };
  };
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const freeze = () => void child.kill('SIGSTOP');
  return { isRunning, freeze, kill, end };
}
