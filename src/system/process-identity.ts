// A pid is reused after its process has ended. These functions tell whether a recorded pid still belongs to the same process.
import { readFile } from 'node:fs/promises';

/** The start time of the process, in a form that is only good for comparing; `undefined` if there is no such process. */
export async function birthOf(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  if (process.platform !== 'linux') return askPs('lstart=', pid);
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in brackets, and may contain any character: the fields are counted from the last bracket.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields?.[0], fields?.[19]];
  return state === 'Z' ? undefined : startedAt;
}

/** The command line of a process; `undefined` if there is no such process, or if the system does not reveal it. */
export async function commandOf(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  if (process.platform !== 'linux') return askPs('command=', pid);
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line === '' ? undefined : line.replaceAll('\0', ' ').trimEnd();
}

/** Also true for a process of another user, and for one that has ended and that its parent has not reaped yet. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function askPs(column: string, pid: number): Promise<string | undefined> {
  const args = ['-ww', '-o', column, '-p', String(pid)];
  // Only systems without /proc need it.
  const { execa } = await import('execa');
  const { stdout } = await execa('ps', args, { reject: false, stdin: 'ignore' });
  return stdout?.trim() || undefined;
}
