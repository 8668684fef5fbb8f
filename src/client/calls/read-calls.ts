// Reads the calls of a run from the histories of its executions, the first of which may have been deleted.
import type { Client } from '@temporalio/client';
import { firstRunIdOf } from '../../temporal/chain.js';
import { decodeFirst, followHistory, isNotFound } from '../../temporal/history.js';
import { CallRecords, type CallRecord } from './call-record.js';

export type { CallRecord };

export interface FollowCalls {
  /** Whether to wait for the events that a run in progress has not recorded yet. */
  readonly waits: boolean;
  readonly signal?: AbortSignal;
  /** After each part of a history that has been read. */
  readonly onRead?: (calls: readonly CallRecord[]) => void;
}

/** Resolves when the run has ended, or when everything has been read that there is. Rejects as requests to the server do. */
export async function readCalls(
  client: Client,
  id: string,
  { waits, signal, onRead = () => undefined }: FollowCalls,
): Promise<readonly CallRecord[]> {
  const records = new CallRecords(client, id);
  const description = await client.workflow.getHandle(id).describe();
  let runId: string | undefined = firstRunIdOf(description);
  while (runId !== undefined && signal?.aborted !== true) {
    records.nextExecution();
    let next: string | undefined;
    try {
      for await (const events of followHistory(client, { workflowId: id, runId }, { waits, signal })) {
        for (const event of events) {
          await records.add(event);
          next = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? next;
        }
        onRead(records.all);
      }
    } catch (error) {
      if (!isNotFound(error) || runId === description.runId) throw error;
      next = description.runId;
    }
    runId = next;
  }
  return records.all;
}

/** What the agent was given; `undefined` if the history does not have it. */
export async function readCallInput(client: Client, { input }: CallRecord): Promise<unknown> {
  const request = await decodeFirst(client, input?.payloads);
  const { input: given, data } = (request ?? {}) as { input?: unknown; data?: unknown };
  return given ?? data;
}

/** What the agent answered; `undefined` if it has not. */
export async function readCallOutput(client: Client, { output }: CallRecord): Promise<unknown> {
  return ((await decodeFirst(client, output?.payloads)) as { output?: unknown } | undefined)?.output;
}
