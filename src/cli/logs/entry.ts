// One entry of the log of a run: a line of a call, or what happened to one of its attempts.
import { parseCallName } from '../../domain/call/name.js';
import type { KeptLine } from '../../domain/run/kept-line.js';

export interface LogEntry {
  /** ISO 8601: of a line by the clock of its worker, of everything else by that of the server. */
  readonly time: string;
  readonly run: string;
  readonly task: string;
  readonly item?: number;
  /** The name of the call, such as `analyze[7]:fallback`. */
  readonly call: string;
  readonly attempt: number;
  readonly kind: 'line' | 'started' | 'succeeded' | 'failed' | 'cancelled';
  /** Of a line. */
  readonly level?: KeptLine['level'];
  /** The line, or the message of the failure. */
  readonly message?: string;
  readonly fields?: unknown;
  /** The type of the failure. */
  readonly failure?: string;
  /** The stack of the error and its causes, or the last lines of stderr. */
  readonly stack?: string;
  /** The identity of the worker that made the attempt. */
  readonly worker?: string;
}

/** The task and the item of a call. */
export function placeOf(call: string): Pick<LogEntry, 'task' | 'item' | 'call'> {
  const { task = call, index } = parseCallName(call) ?? {};
  return { task, ...(index === undefined ? {} : { item: index }), call };
}

/** `analyze[7]`, or `solve/analyze[7]` in the run of a sub-plan. */
export const entryName = ({ run, call }: Pick<LogEntry, 'run' | 'call'>, root: string): string =>
  run === root ? call : `${run.slice(root.length + 1)}/${call}`;

/** Whether an entry belongs to a task, an item or a call of this name. */
export function isOf(entry: Pick<LogEntry, 'run' | 'call'>, root: string, task: string | undefined): boolean {
  if (task === undefined) return true;
  const name = entryName(entry, root);
  return name === task || (name.startsWith(task) && /^[[:~/]/.test(name.slice(task.length)));
}

/** Starts and ends have the clock of the server, lines that of a worker: at the same time, an attempt starts before its lines. */
const ORDER = { started: 0, line: 1, failed: 2, succeeded: 3, cancelled: 3 } as const;

export const inOrder = (a: LogEntry, b: LogEntry): number =>
  a.time === b.time ? ORDER[a.kind] - ORDER[b.kind] : a.time < b.time ? -1 : 1;

/** The same for a failure as the worker kept it and as the server has it. */
export const failureKey = ({ run, call, message = '' }: LogEntry): string =>
  JSON.stringify([run, call, message.slice(0, 200)]);
