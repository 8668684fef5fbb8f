// The log of a run as it grows, until the run ends or the reader leaves.
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { isNotFound, type Execution } from '../../temporal/history.js';
import { readAttempts, type ReadExecution } from './attempts.js';
import { failureKey, inOrder, type LogEntry } from './entry.js';
import type { KeptEntries } from './kept-entries.js';
import { pendingEntries } from './pending.js';
import { elsewhereOf } from './read-logs.js';

const LOOK_MS = 500;
/** A failure that the server reports waits for this long: its worker may have kept it with a whole stack, a moment later. */
const HOLD_MS = 1_000;
/** Each open sub-plan is a request that waits at the server. */
const MOST_FOLLOWED = 50;

export interface FollowRequest {
  readonly client: Client;
  readonly first: Required<Execution>;
  readonly kept: KeptEntries;
  readonly signal: AbortSignal;
  readonly show: (entries: readonly LogEntry[]) => void;
}

/** Returns the workers whose lines are not here. */
export async function followLogs({ client, first, kept, signal, show }: FollowRequest): Promise<readonly string[]> {
  const stop = new AbortController();
  const follow = AbortSignal.any([signal, stop.signal]);
  const held: { readonly entry: LogEntry; readonly dueMs: number }[] = [];
  const attempts: LogEntry[] = [];
  const shown = new Set<string>();
  const open = new Set<string>();
  let failed: { readonly error: unknown } | undefined;
  const add = (entry: LogEntry): void => {
    // An attempt is in the description of its run first, then in the history.
    const key = JSON.stringify([entry.run, entry.call, entry.attempt, entry.kind]);
    if (shown.has(key)) return;
    shown.add(key);
    attempts.push(entry);
    held.push({ entry, dueMs: Date.now() + (entry.kind === 'failed' ? HOLD_MS : 0) });
  };
  const read = async (execution: Required<Execution>): Promise<void> => {
    if (open.size >= MOST_FOLLOWED || open.has(execution.workflowId)) return;
    open.add(execution.workflowId);
    try {
      const subRun = (sub: Required<Execution>): void => void read(sub);
      let done: ReadExecution = { next: execution, isOpen: true };
      while (done.next !== undefined) done = await readAttempts(client, done.next, { emit: add, subRun, follow });
    } catch (error) {
      if (!follow.aborted && !isNotFound(error)) failed ??= { error };
    } finally {
      open.delete(execution.workflowId);
    }
  };
  const known = new Set<string>();
  const look = async (all: boolean): Promise<void> => {
    const lines = await kept.read();
    for (const line of lines) if (line.kind === 'failed') known.add(failureKey(line));
    const due = held.filter(({ dueMs }) => all || dueMs <= Date.now());
    for (const one of due) held.splice(held.indexOf(one), 1);
    const ofServer = due.map(({ entry }) => entry).filter((e) => e.kind !== 'failed' || !known.has(failureKey(e)));
    show([...lines, ...ofServer].sort(inOrder));
  };
  try {
    const reading = read(first);
    let isOver = false;
    void reading.finally(() => (isOver = true));
    while (!isOver && !signal.aborted) {
      for (const id of open) {
        const description = await client.workflow.getHandle(id).describe();
        for (const entry of await pendingEntries(client, description)) add(entry);
      }
      await look(false);
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
    if (failed !== undefined) throw failed.error;
    // The worker writes its last lines a moment later.
    if (!signal.aborted) await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    await look(true);
    return elsewhereOf(attempts, kept.workers);
  } finally {
    stop.abort();
  }
}
