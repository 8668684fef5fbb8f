// A pid is reused once its process has ended. Who trusts a pid that was written down asks here what it stands for now.
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** When the process began, in a form that is only good for comparing; `undefined` if there is no such process. */
export async function birthOf(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'win32') return askWindows(`(Get-Process -Id ${pid}).StartTime.Ticks`);
  if (process.platform !== 'linux') return askPs('lstart=', pid);
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in brackets, with any character in it: count from the last bracket.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields?.[0], fields?.[19]];
  return state === 'Z' ? undefined : startedAt;
}

/** The command line of a process; `undefined` if there is no such process, or the system does not tell. */
export async function commandOf(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'win32') {
    return askWindows(`(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`);
  }
  if (process.platform !== 'linux') return askPs('command=', pid);
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line === '' ? undefined : line.replaceAll('\0', ' ').trimEnd();
}

/** True too of a process of another user, and of one that has ended but whose parent has not noticed. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const askPs = (column: string, pid: number) => ask('ps', ['-ww', '-o', column, '-p', String(pid)]);

const askWindows = (expression: string) => ask('powershell', ['-NoProfile', '-Command', expression]);

async function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  const { stdout } = await execa(program, args, { reject: false, stdin: 'ignore' });
  return stdout?.trim() || undefined;
}
