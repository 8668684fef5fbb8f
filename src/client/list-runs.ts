// Lists the runs on a server, newest first.
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../domain/run/search-attributes.js';
import { TENANT_MEMO } from '../domain/run/tenant.js';
import { CORRELATION_MEMO } from '../domain/trace/correlation.js';
import { RunState } from '../domain/run/waiting.js';
import { grpcCodeOf, grpcErrorIn, GrpcStatus } from '../temporal/grpc.js';
import { RefusedError } from './errors.js';
import { runQuery, type RunsOptions } from './run-query.js';

export interface RunSummary {
  readonly runId: string;
  /** `null` if the server does not have Baton's search attributes. */
  readonly plan: string | null;
  /** `running`, `completed`, `failed`, `cancelled`, `terminated`, `timed_out`. */
  readonly status: string;
  /** What a run in progress does, if its status does not say it. A run waits if one of its sub-plans does. */
  readonly state: RunState | 'paused' | null;
  readonly failedTask: string | null;
  readonly tenant: string | null;
  readonly correlationId: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

const DEFAULT_LIMIT = 50;

/** More sub-plans that wait are not looked for: people answer one after the other. */
const MAX_WAITING = 500;

/** Sub-plans are left out: they are part of their runs. Throws InvalidInputError, RefusedError. */
export async function listRuns(client: Client, options: RunsOptions = {}): Promise<RunSummary[]> {
  const { limit = DEFAULT_LIMIT, status } = options;
  try {
    const runs = await findRuns(client, runQuery(options), limit);
    const isOpen = runs.some(({ status, state }) => status === 'running' && state === null);
    const roots = isOpen || status === 'waiting' ? await rootsThatWait(client) : [];
    if (status !== 'waiting')
      return runs.map((run) => (isStill(run) && roots.includes(run.runId) ? waiting(run) : run));
    const known = new Set(runs.map(({ runId }) => runId));
    const others = roots.filter((id) => !known.has(id));
    if (others.length === 0) return runs;
    const more = await findRuns(client, runQuery({ ...options, status: 'running' }, others), limit);
    return [...runs, ...more.map(waiting)].sort(newestFirst).slice(0, limit);
  } catch (error) {
    throw withSetup(error);
  }
}

/** As the error, or a RefusedError that names the command that registers the search attributes. */
export const withSetup = (error: unknown): unknown =>
  isUnknownAttribute(error) ? new RefusedError(`${messageOf(error)}: ${SETUP}`, { cause: error }) : error;

const SETUP = 'register the search attributes of Baton with "baton setup"; runs that start afterwards have them';

const isStill = ({ status, state }: RunSummary): boolean => status === 'running' && state === null;
const waiting = (run: RunSummary): RunSummary => (isStill(run) ? { ...run, state: 'waiting' } : run);
const newestFirst = (a: RunSummary, b: RunSummary): number =>
  a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0;

async function findRuns(client: Client, query: string, limit: number): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for await (const info of client.workflow.list({ query })) {
    if (info.parentExecution !== undefined) continue;
    runs.push(summaryOf(info));
    if (runs.length >= limit) break;
  }
  return runs;
}

/** The ids of the runs with a sub-plan that waits. */
async function rootsThatWait(client: Client): Promise<string[]> {
  const roots = new Set<string>();
  try {
    for await (const { parentExecution, rootExecution } of client.workflow.list({
      query: runQuery({ status: 'waiting' }),
    })) {
      const root = rootExecution?.workflowId;
      if (parentExecution !== undefined && root != null) roots.add(root);
      if (roots.size >= MAX_WAITING) break;
    }
  } catch (error) {
    if (!isUnknownAttribute(error)) throw error;
  }
  return [...roots];
}

/** The server does not have a search attribute that the query names. */
const isUnknownAttribute = (error: unknown): boolean =>
  grpcCodeOf(error) === GrpcStatus.INVALID_ARGUMENT && /Baton[A-Z]/.test(messageOf(error));

const messageOf = (error: unknown): string => grpcErrorIn(error)?.message ?? '';

function summaryOf(info: WorkflowExecutionInfo): RunSummary {
  const { workflowId, status, startTime, closeTime, typedSearchAttributes, memo } = info;
  const attributes = new Map(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value] as const));
  const text = (name: string): string | null => {
    const value = attributes.get(name);
    return typeof value === 'string' ? value : null;
  };
  const tenant: unknown = memo?.[TENANT_MEMO];
  const correlationId: unknown = memo?.[CORRELATION_MEMO];
  const { data: state } = RunState.safeParse(text(SEARCH_ATTRIBUTES.state.name));
  const isPaused = text(SEARCH_ATTRIBUTES.status.name) === 'paused';
  return {
    runId: workflowId,
    plan: text(SEARCH_ATTRIBUTES.plan.name),
    status: status.name.toLowerCase(),
    state: status.name === 'RUNNING' ? (state ?? (isPaused ? 'paused' : null)) : null,
    failedTask: text(SEARCH_ATTRIBUTES.failedTask.name),
    tenant: typeof tenant === 'string' ? tenant : null,
    correlationId: typeof correlationId === 'string' ? correlationId : null,
    startedAt: startTime.toISOString(),
    endedAt: closeTime?.toISOString() ?? null,
  };
}
