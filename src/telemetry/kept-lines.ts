// Writes what the calls of a worker log into the files of a directory (kept-files.ts).
// K1. A call that logs nothing and succeeds costs nothing: the server knows of it.
// K2. Nothing waits for the disk. Lines are collected for a moment and appended together; what a full disk cannot take is lost.
// K3. If the worker is killed, the lines of the last moment are lost.
import { appendFile, stat } from 'node:fs/promises';
import type { AgentLog } from '../domain/agent/agent.js';
import type { KeepLine, KeptBy, KeptLine } from '../domain/run/kept-line.js';
import { openPrivateDirectory } from '../system/private-directory.js';
import { firstLineOf } from '../system/system-error.js';
import { FILE_BYTES, fileNamed, hostName, listKeptFiles, sweepKeptFiles } from './kept-files.js';

/** How long lines are collected. `baton logs -f` shows them that much later. */
const COLLECT_MS = 200;
/** Characters that wait for the disk; more is lost, because the worker needs its memory. */
const MOST_WAITING = 16 * 1024 * 1024;
/** Only the user of the worker may read what calls log. */
const PRIVATE_FILE = 0o600;

export interface KeptLines {
  readonly keep: KeepLine;
  /** Writes what waits. */
  close(): Promise<void>;
}

export interface KeptLinesOptions {
  readonly directory: string;
  /** The identity of the worker on the server. */
  readonly worker: string;
  readonly log: AgentLog;
}

/** `undefined` if the directory cannot be used: the log has the reason, and the worker works without. */
export async function openKeptLines({ directory, worker, log }: KeptLinesOptions): Promise<KeptLines | undefined> {
  const host = hostName();
  try {
    await openPrivateDirectory(directory);
    await sweepKeptFiles(directory, Date.now());
  } catch (error) {
    log.info(`what calls log is not kept for "baton logs": ${firstLineOf(error)}`);
    return undefined;
  }
  const ofHost = (await listKeptFiles(directory)).filter((file) => file.host === host);
  let number = Math.max(1, ...ofHost.map((file) => file.number));
  let waiting: string[] = [];
  let size = 0;
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let hasWarned = false;

  const write = async (): Promise<void> => {
    if (lost > 0) log.warn(`${lost} lines of calls are not kept: the disk is too slow`);
    const text = waiting.join('');
    [waiting, size, lost] = [[], 0, 0];
    if (text === '') return;
    try {
      const path = fileNamed(directory, host, number);
      await appendFile(path, text, { mode: PRIVATE_FILE });
      if ((await stat(path)).size < FILE_BYTES) return;
      number++;
      await sweepKeptFiles(directory, Date.now());
    } catch (error) {
      if (!hasWarned) log.warn(`what calls log is not kept: ${firstLineOf(error)}`);
      hasWarned = true;
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    return (writing = writing.then(write));
  };
  const add = (entry: KeptLine | KeptBy): void => {
    const text = `${JSON.stringify(entry)}\n`;
    if (size + text.length > MOST_WAITING) return void lost++;
    waiting.push(text);
    size += text.length;
    timer ??= setTimeout(() => void flush(), COLLECT_MS).unref();
  };
  add({ time: new Date().toISOString(), worker });
  return { keep: add, close: flush };
}
