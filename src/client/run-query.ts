// Which runs to list, as a query of Temporal's visibility.
import { parseDuration } from '../domain/duration.js';
import { shown } from '../domain/problem.js';
import { ORCHESTRATE } from '../domain/run/input.js';
import { SEARCH_ATTRIBUTES } from '../domain/run/search-attributes.js';
import { quoted } from '../temporal/visibility-text.js';
import { parseCorrelation } from './correlation.js';
import { InvalidInputError } from './errors.js';

const EXECUTION = {
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Canceled',
  terminated: 'Terminated',
  timed_out: 'TimedOut',
} as const;

const STATES = ['waiting', 'cancelling', 'compensating'] as const;

/** What `status` may be in a list of runs: the statuses of Temporal, `paused`, and the states of runs in progress. */
export const RUN_FILTERS = [...(Object.keys(EXECUTION) as (keyof typeof EXECUTION)[]), 'paused', ...STATES] as const;
export type RunFilter = (typeof RUN_FILTERS)[number];

export interface RunsOptions {
  /** The most runs that are listed; default 50. */
  readonly limit?: number;
  /** The name of a plan. */
  readonly plan?: string;
  readonly status?: RunFilter;
  readonly tenant?: string;
  readonly correlationId?: string;
  /** Runs that started within this duration (`2h`), or since a time (a Date, or ISO 8601). */
  readonly since?: string | Date;
}

const OPEN = `ExecutionStatus = '${EXECUTION.running}'`;

/** `ids`: only these runs. Throws InvalidInputError. */
export function runQuery(
  { plan, status, tenant, correlationId, since }: RunsOptions,
  ids?: readonly string[],
  now = Date.now(),
): string {
  return [
    `WorkflowType = '${ORCHESTRATE}'`,
    // A run that has continued as new is listed once.
    "ExecutionStatus != 'ContinuedAsNew'",
    ...(plan === undefined ? [] : [`${SEARCH_ATTRIBUTES.plan.name} = ${quoted(plan)}`]),
    ...(tenant === undefined ? [] : [`${SEARCH_ATTRIBUTES.tenant.name} = ${quoted(tenant)}`]),
    ...(correlationId === undefined
      ? []
      : [`${SEARCH_ATTRIBUTES.correlationId.name} = ${quoted(parseCorrelation({ correlationId }).correlationId!)}`]),
    ...(status === undefined ? [] : statusTerms(status)),
    ...(since === undefined ? [] : [`StartTime >= '${startOf(since, now)}'`]),
    ...(ids === undefined ? [] : [`WorkflowId IN (${ids.map(quoted).join(', ')})`]),
  ].join(' AND ');
}

function statusTerms(status: RunFilter): string[] {
  if (status === 'paused') return [OPEN, `${SEARCH_ATTRIBUTES.status.name} = 'paused'`];
  if (STATES.some((state) => state === status)) return [OPEN, `${SEARCH_ATTRIBUTES.state.name} = '${status}'`];
  const name = Object.hasOwn(EXECUTION, status) ? EXECUTION[status as keyof typeof EXECUTION] : undefined;
  if (name !== undefined) return [`ExecutionStatus = '${name}'`];
  throw new InvalidInputError([`status: expected one of ${RUN_FILTERS.join(', ')}, got ${shown(status)}`]);
}

const HINT = 'expected a duration such as "2h", or a time in ISO 8601 such as "2026-11-27T09:00:00Z"';

function startOf(since: string | Date, now: number): string {
  const ago = typeof since === 'string' ? parseDuration(since) : undefined;
  const isTime = typeof since !== 'string' || /^\d{4}-\d\d-\d\d/.test(since);
  const time = ago === undefined ? (isTime ? new Date(since).getTime() : NaN) : now - ago;
  if (!Number.isFinite(time)) throw new InvalidInputError([`since: ${HINT}, got ${shown(since)}`]);
  return new Date(time).toISOString();
}
