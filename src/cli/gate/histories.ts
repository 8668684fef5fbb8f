// The histories that `baton gate` replays: those of a server, and those in a directory.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';
import { WORKFLOW_TYPES } from '../../domain/run/workflow-types.js';
import { isRecord } from '../../domain/json/own-property.js';
import { visibleName } from '../../domain/text/visible.js';
import type { History, ReadableHistory } from '../../worker/replay.js';
import { UsageError } from '../terminal/errors.js';

const { History: HistoryType } = proto.temporal.api.history.v1;

/** Histories that are read ahead of the replay. */
const AHEAD = { concurrency: 4, bufferLimit: 4 };

export interface Chosen {
  readonly open: boolean;
  /** The number of executions that have ended, the newest first. */
  readonly closed: number;
}

/** Of all Workflows of Baton: runs, sub-plans, breakers, pools, … */
export async function* historiesOn(client: Client, { open, closed }: Chosen): AsyncGenerator<ReadableHistory> {
  const types = WORKFLOW_TYPES.map((type) => `'${type}'`).join(', ');
  const find = (status: string, limit: number) =>
    limited(client, `WorkflowType IN (${types}) AND ExecutionStatus ${status}`, limit);
  if (open) yield* find("= 'Running'", Infinity);
  if (closed > 0) yield* find("!= 'Running'", closed);
}

async function* limited(client: Client, query: string, limit: number): AsyncGenerator<ReadableHistory> {
  let left = limit;
  for await (const one of client.workflow.list({ query }).intoHistories(AHEAD)) {
    yield { workflowId: one.workflowId, history: one.history as History };
    if (--left === 0) return;
  }
}

/** The files `*.json` of a directory, as `temporal workflow show --output json` writes them. All are read first. Throws UsageError. */
export async function* readHistories(directory: string): AsyncGenerator<ReadableHistory> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw new UsageError([`--histories: ${error instanceof Error ? error.message : String(error)}`]);
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  if (files.length === 0)
    throw new UsageError([`--histories: expected files *.json in ${visibleName(directory)}, got none`]);
  const problems: string[] = [];
  const read = await Promise.all(
    files.map(async (file) => {
      try {
        return named(file, parseHistory(await readFile(join(directory, file), 'utf8')));
      } catch (error) {
        problems.push(`--histories: ${visibleName(file)}: expected a history as JSON, got ${faultText(error)}`);
        return undefined;
      }
    }),
  );
  if (problems.length > 0) throw new UsageError(problems);
  yield* read.filter((one) => one !== undefined);
}

const faultText = (error: unknown): string => (error instanceof Error ? error.message.split('\n')[0]! : String(error));

function named(file: string, history: History): ReadableHistory {
  const { workflowId } = history.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  // Replayed code sees the id of its Workflow. Histories of old servers do not have it.
  return { workflowId: workflowId || file.replace(/\.json$/, ''), history };
}

/** Both forms of protobuf's JSON: with the time as text, and as seconds and nanoseconds. */
function parseHistory(text: string): History {
  const json: unknown = JSON.parse(text);
  const events: unknown = isRecord(json) ? json['events'] : undefined;
  if (!Array.isArray(events) || !events.every(isRecord)) throw new Error('no list of events');
  const [first] = events;
  return typeof first?.['eventTime'] === 'string' ? historyFromJSON(json) : HistoryType.fromObject(json as object);
}
