// Processes that a command has started.
import { existsSync, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';

/** True once no such process lives; a zombie counts as ended. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

export const gone = (pid: number) => expect.poll(() => isGone(pid), { timeout: 10_000 }).toBe(true);

/** The pids of a command and its child, when the command has written them to the file. */
export async function pidsIn(file: string): Promise<[number, number]> {
  await new Promise<void>((resolve) => {
    const watcher = watch(dirname(file), () => check());
    const check = () => {
      if (!existsSync(file) || !readFileSync(file, 'utf8').endsWith(']')) return;
      watcher.close();
      resolve();
    };
    check();
  });
  return JSON.parse(readFileSync(file, 'utf8')) as [number, number];
}
