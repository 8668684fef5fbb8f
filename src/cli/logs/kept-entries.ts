// The lines that the workers of a directory have kept of a run and its sub-plans. Read again, it returns what is new.
import { open } from 'node:fs/promises';
import { KeptBy, KeptLine } from '../../domain/run/kept-line.js';
import { listKeptFiles } from '../../telemetry/kept-files.js';
import type { LogEntry } from './entry.js';

export interface KeptEntries {
  /** What has been written since the last call, in the order of the files. */
  read(this: void): Promise<LogEntry[]>;
  /** The workers whose lines are in this directory. */
  readonly workers: ReadonlySet<string>;
}

/** `since`: when the run started; another run may have had its id before. */
export function createKeptEntries(directory: string | false, run: string, since: string): KeptEntries {
  const offsets = new Map<string, number>();
  const workers = new Set<string>();
  // Most lines are of other runs: they are recognized without being parsed.
  const marks = [`"run":${JSON.stringify(run)}`, `"run":${JSON.stringify(`${run}/`).slice(0, -1)}`];
  const entryOf = (line: string): LogEntry[] => {
    if (line.includes('"worker":') && !line.includes('"run":')) {
      const by = KeptBy.safeParse(parsed(line));
      if (by.success) workers.add(by.data.worker);
      return [];
    }
    if (!marks.some((mark) => line.includes(mark))) return [];
    const { data } = KeptLine.safeParse(parsed(line));
    if (data === undefined || data.time < since || (data.run !== run && !data.run.startsWith(`${run}/`))) return [];
    const { time, run: of, task, item, call, attempt, level, message, fields, failure, stack } = data;
    const place = { time, run: of, task, ...(item === undefined ? {} : { item }), call, attempt };
    const more = { message, ...(stack === undefined ? {} : { stack }) };
    if (failure !== undefined) return [{ ...place, kind: 'failed', failure, ...more }];
    return [{ ...place, kind: 'line', level, ...more, ...(fields === undefined ? {} : { fields }) }];
  };
  return {
    workers,
    async read() {
      if (directory === false) return [];
      const entries: LogEntry[] = [];
      for (const { path, bytes } of await listKeptFiles(directory)) {
        const from = offsets.get(path) ?? 0;
        if (bytes <= from) continue;
        const text = await readFrom(path, from, bytes);
        const whole = text.lastIndexOf(0x0a) + 1;
        offsets.set(path, from + whole);
        for (const line of text.subarray(0, whole).toString('utf8').split('\n')) entries.push(...entryOf(line));
      }
      return entries;
    },
  };
}

/** Empty if the file has been removed. */
async function readFrom(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** `undefined` for a line that was cut off when a disk was full or a process was killed. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
