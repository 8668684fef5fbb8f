// The processes of this user with their command lines. Processes of other users are left out.
import { readFile, readdir, stat } from 'node:fs/promises';

export interface RunningProcess {
  readonly pid: number;
  /** Program and arguments, separated by spaces. */
  readonly command: string;
}

export const ownProcesses = (): Promise<RunningProcess[]> => (process.platform === 'linux' ? listProc() : listPs());

async function listProc(): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(readProc));
  return found.filter((one) => one !== undefined);
}

/** `undefined` for a process that has ended, belongs to another user, or is part of the kernel. */
async function readProc(pid: string): Promise<RunningProcess | undefined> {
  try {
    if ((await stat(`/proc/${pid}`)).uid !== process.getuid?.()) return undefined;
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return line === '' ? undefined : { pid: Number(pid), command: line.replaceAll('\0', ' ').trimEnd() };
  } catch {
    return undefined;
  }
}

async function listPs(): Promise<RunningProcess[]> {
  const args = ['-ww', '-U', String(process.getuid?.()), '-o', 'pid=,command='];
  // Only systems without /proc need it.
  const { execa } = await import('execa');
  const { stdout } = await execa('ps', args, { reject: false, stdin: 'ignore' });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(\S.*)$/.exec(line) ?? [];
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command: command.trimEnd() }];
  });
}
