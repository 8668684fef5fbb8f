// The processes of this user with their command lines, as far as the system tells: another user's are no business of ours.
import { readFile, readdir, stat } from 'node:fs/promises';
import { execa } from 'execa';

export interface RunningProcess {
  readonly pid: number;
  /** Program and arguments with a space between them. */
  readonly command: string;
}

export async function ownProcesses(): Promise<RunningProcess[]> {
  if (process.platform === 'linux') return listProc();
  if (process.platform !== 'win32') return list('ps', ['-ww', '-U', String(process.getuid?.()), '-o', 'pid=,command=']);
  const each = 'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.CommandLine)" }';
  return list('powershell', ['-NoProfile', '-Command', each]);
}

async function listProc(): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(readProc));
  return found.filter((one) => one !== undefined);
}

/** `undefined` for what has ended since, is somebody else's, or is part of the kernel. */
async function readProc(pid: string): Promise<RunningProcess | undefined> {
  try {
    if ((await stat(`/proc/${pid}`)).uid !== process.getuid?.()) return undefined;
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return line === '' ? undefined : { pid: Number(pid), command: line.replaceAll('\0', ' ').trimEnd() };
  } catch {
    return undefined;
  }
}

async function list(program: string, args: readonly string[]): Promise<RunningProcess[]> {
  const { stdout } = await execa(program, args, { reject: false, stdin: 'ignore' });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(\S.*)$/.exec(line) ?? [];
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command: command.trimEnd() }];
  });
}
