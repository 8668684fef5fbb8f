// What waits for people, over all runs: the server finds the runs that wait, and their workers report what for.
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import pMap from 'p-map';
import { inboxItems, type InboxItem, type InboxKind } from '../domain/run/inbox-item.js';
import { MESSAGES, type SnapshotRequest } from '../domain/run/messages.js';
import type { RunResult } from '../domain/run/result.js';
import { askWorker } from '../temporal/ask-worker.js';
import { AnswerFailedError, NoWorkerError, WorkerBusyError } from '../temporal/no-answer.js';
import { countPollers } from '../temporal/pollers.js';
import { InvalidInputError } from './errors.js';
import { withSetup } from './list-runs.js';
import { readRunInput } from './read-run-input.js';
import { runQuery, type RunsOptions } from './run-query.js';

export type { InboxItem };

export interface InboxOptions extends Pick<RunsOptions, 'plan' | 'tenant' | 'correlationId'> {
  /** The most runs that are read, those that started first; default 100, at most 10,000. */
  readonly limit?: number;
  /** What to look for; default `approval`, `plan` and `budget`. Events are mostly delivered by programs. */
  readonly kinds?: readonly InboxKind[];
  /** Whether to read the data of approvals; default true. */
  readonly data?: boolean;
}

export interface Inbox {
  /** What has waited longest comes first. */
  readonly items: readonly InboxItem[];
  /** The runs that wait and could not report what for. */
  readonly unread: readonly { readonly runId: string; readonly reason: string }[];
  /** True if more runs wait than were read. */
  readonly isMore: boolean;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;
const DEFAULT_KINDS: readonly InboxKind[] = ['approval', 'plan', 'budget', 'job'];

/** Each is a few requests to the server, and one to a worker. */
const CONCURRENCY = 8;

/** Throws InvalidInputError, RefusedError. */
export async function readInbox(client: Client, options: InboxOptions = {}): Promise<Inbox> {
  const { limit = DEFAULT_LIMIT, kinds = DEFAULT_KINDS, data = true, ...which } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new InvalidInputError([`limit: expected a whole number from 1 to ${MAX_LIMIT}, got ${String(limit)}`]);
  const { runs, isMore } = await waitingRuns(client, which, limit);
  const hasWorker = pollerCache(client);
  const read = async (info: WorkflowExecutionInfo): Promise<InboxItem[]> => {
    if (!(await hasWorker(info.taskQueue))) throw new NoWorkerError(info.taskQueue);
    return (await itemsOf(client, info, data)).filter(({ kind }) => kinds.includes(kind));
  };
  const first = await readEach(runs, read);
  // The server sends a query to the worker that last had the run. If that one has died meanwhile, another answers the next time.
  const busy = first.unread.filter(({ error }) => error instanceof WorkerBusyError);
  const late = new Set(busy.length < runs.length ? busy : []);
  const second = await readEach(
    [...late].map(({ info }) => info),
    read,
  );
  const items = [...first.items, ...second.items];
  const unread = [...first.unread.filter((one) => !late.has(one)), ...second.unread];
  const since = ({ since = '9' }: InboxItem): string => since;
  return {
    items: items.sort((a, b) => (since(a) < since(b) ? -1 : since(a) > since(b) ? 1 : 0)),
    unread: unread.map(({ info, error }) => ({ runId: info.workflowId, reason: error.message })),
    isMore,
  };
}

interface Unread {
  readonly info: WorkflowExecutionInfo;
  readonly error: Error;
}

async function readEach(
  runs: readonly WorkflowExecutionInfo[],
  read: (info: WorkflowExecutionInfo) => Promise<InboxItem[]>,
): Promise<{ readonly items: readonly InboxItem[]; readonly unread: readonly Unread[] }> {
  const items: InboxItem[] = [];
  const unread: Unread[] = [];
  const one = async (info: WorkflowExecutionInfo): Promise<void> => {
    try {
      items.push(...(await read(info)));
    } catch (error) {
      if (!isUnread(error)) throw error;
      unread.push({ info, error });
    }
  };
  await pMap(runs, one, { concurrency: CONCURRENCY });
  return { items, unread };
}

type Choice = Pick<RunsOptions, 'plan' | 'tenant' | 'correlationId'>;

/** Runs and sub-plans: a sub-plan that waits takes its answers itself. */
async function waitingRuns(
  client: Client,
  which: Choice,
  limit: number,
): Promise<{ readonly runs: readonly WorkflowExecutionInfo[]; readonly isMore: boolean }> {
  try {
    // The server lists the newest first: so all are listed, which costs little, to find those that have waited longest.
    const own = await listed(client, runQuery({ ...which, status: 'waiting' }), MAX_LIMIT);
    const isChosen = Object.keys(which).length > 0;
    const runs = isChosen ? [...own, ...(await subPlansOf(client, which))] : own;
    const each = [...new Map(runs.map((run) => [run.runId, run])).values()];
    const oldestFirst = each.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
    return { runs: oldestFirst.slice(0, limit), isMore: each.length > limit };
  } catch (error) {
    throw withSetup(error);
  }
}

/** Ids in one query: the server bounds its length. */
const IDS_IN_QUERY = 100;

/** A sub-plan has no plan, tenant or correlation id of its own for the server to find it by: its run has. */
async function subPlansOf(client: Client, which: Choice): Promise<WorkflowExecutionInfo[]> {
  const all = await listed(client, runQuery({ status: 'waiting' }), MAX_LIMIT);
  const subs = all.filter(({ parentExecution }) => parentExecution !== undefined);
  const roots = [...new Set(subs.map(rootOf))];
  const chosen = new Set<string>();
  for (let at = 0; at < roots.length; at += IDS_IN_QUERY) {
    const query = runQuery({ ...which, status: 'running' }, roots.slice(at, at + IDS_IN_QUERY));
    for (const { workflowId } of await listed(client, query, IDS_IN_QUERY)) chosen.add(workflowId);
  }
  return subs.filter((sub) => chosen.has(rootOf(sub)));
}

const rootOf = ({ rootExecution, workflowId }: WorkflowExecutionInfo): string =>
  rootExecution?.workflowId ?? workflowId;

async function listed(client: Client, query: string, limit: number): Promise<WorkflowExecutionInfo[]> {
  const runs: WorkflowExecutionInfo[] = [];
  for await (const info of client.workflow.list({ query })) {
    runs.push(info);
    if (runs.length >= limit) break;
  }
  return runs;
}

async function itemsOf(client: Client, info: WorkflowExecutionInfo, outputs: boolean): Promise<InboxItem[]> {
  const { workflowId, runId, taskQueue } = info;
  const handle = client.workflow.getHandle(workflowId, runId);
  const request = { outputs } satisfies SnapshotRequest;
  const [snapshot, { plan }] = await Promise.all([
    askWorker(client, taskQueue, () => handle.query<RunResult, [SnapshotRequest]>(MESSAGES.snapshot, request)),
    readRunInput(client, workflowId, runId),
  ]);
  const root = rootOf(info);
  const items = inboxItems({ snapshot, plan, ...(root === workflowId ? {} : { root }) });
  return outputs ? items : items.map(({ data: _, ...item }) => item);
}

/** Runs of one Task Queue have the same workers. */
function pollerCache(client: Client): (taskQueue: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (taskQueue) => {
    const found = known.get(taskQueue) ?? countPollers(client, taskQueue).then((count) => count > 0);
    known.set(taskQueue, found);
    return found;
  };
}

/** One run that cannot report must not hide the others: its worker is busy or has another key, or the run has just ended. */
const isUnread = (error: unknown): error is Error =>
  error instanceof AnswerFailedError ||
  (error instanceof Error &&
    ['NoWorkerError', 'WorkerBusyError', 'WorkflowNotFoundError', 'RefusedError', 'DecryptionError'].includes(
      error.name,
    ));
