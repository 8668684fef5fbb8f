// The whole log of a run as it is now: what the server knows of its attempts, and the lines that the workers of this directory kept.
import type { Client } from '@temporalio/client';
import { isNotFound, type Execution } from '../../temporal/history.js';
import { readAttempts, type ReadExecution } from './attempts.js';
import { failureKey, inOrder, type LogEntry } from './entry.js';
import type { KeptEntries } from './kept-entries.js';
import { pendingEntries } from './pending.js';

/** Histories of sub-plans that are read: each is a request or more to the server. */
const MOST_SUB_RUNS = 500;

export interface RunLog {
  readonly entries: readonly LogEntry[];
  /** The workers that made attempts and whose lines are not in this directory. */
  readonly elsewhere: readonly string[];
  /** The number of sub-plans whose attempts were not read. */
  readonly unread: number;
}

export async function readLogs(client: Client, first: Required<Execution>, kept: KeptEntries): Promise<RunLog> {
  const attempts: LogEntry[] = [];
  const due = [first];
  for (let read = 0; due.length > 0 && read <= MOST_SUB_RUNS; read++) {
    const execution = due.shift()!;
    const reader = {
      emit: (entry: LogEntry) => void attempts.push(entry),
      subRun: (sub: Required<Execution>) => void due.push(sub),
    };
    try {
      let done: ReadExecution = { next: execution, isOpen: true };
      while (done.next !== undefined) done = await readAttempts(client, done.next, reader);
      if (!done.isOpen) continue;
      const description = await client.workflow.getHandle(execution.workflowId).describe();
      attempts.push(...(await pendingEntries(client, description)));
    } catch (error) {
      // A sub-plan may have been deleted before its run.
      if (execution === first || !isNotFound(error)) throw error;
    }
  }
  // After the attempts: what a worker has kept of an attempt is on the disk shortly after its end.
  const lines = await kept.read();
  return { ...merge(lines, attempts, kept.workers), unread: due.length };
}

/** A failure that its worker has kept is not repeated. */
function merge(
  lines: readonly LogEntry[],
  attempts: readonly LogEntry[],
  workers: ReadonlySet<string>,
): Pick<RunLog, 'entries' | 'elsewhere'> {
  const known = new Set(lines.filter(({ kind }) => kind === 'failed').map(failureKey));
  const ofServer = attempts.filter((entry) => entry.kind !== 'failed' || !known.has(failureKey(entry)));
  return { entries: [...lines, ...ofServer].sort(inOrder), elsewhere: elsewhereOf(attempts, workers) };
}

export const elsewhereOf = (attempts: readonly LogEntry[], workers: ReadonlySet<string>): string[] => [
  ...new Set(attempts.flatMap(({ worker }) => (worker === undefined || workers.has(worker) ? [] : [worker]))),
];
