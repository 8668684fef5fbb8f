// The table of runs.
import type { RunSummary } from '../../client/list-runs.js';
import type { RunsOptions } from '../../client/run-query.js';
import { formatDuration } from '../../domain/duration.js';
import { visibleLine } from '../../domain/text/visible.js';
import type { FoundServer } from '../../server/index.js';
import type { Colours } from '../terminal/io.js';
import { textTable } from '../terminal/text-table.js';
import { colourOfStatus } from './summary.js';

const HEADING = ['RUN', 'PLAN', 'STATUS', 'STARTED', 'TOOK', 'TENANT', 'FAILED TASK'];

/** What a narrow terminal has no room for, the least important first. Ids are never cut: other commands need them. */
const DROP = ['STARTED', 'TENANT', 'PLAN', 'TOOK', 'FAILED TASK'];
const CUT = { PLAN: 8, TENANT: 6, 'FAILED TASK': 8 };

export interface RunsTableOptions {
  readonly now: number;
  readonly paint: Colours;
  readonly width: number;
}

export function runsTable(runs: readonly RunSummary[], { now, paint, width }: RunsTableOptions): string {
  const rows = runs.map((run) => {
    const { runId, plan, status, state, failedTask, tenant, startedAt, endedAt } = run;
    const began = Date.parse(startedAt);
    const took = formatDuration(Math.max(0, (endedAt === null ? now : Date.parse(endedAt)) - began));
    const shown = state ?? status;
    const cells = [runId, plan ?? '', shown, localTime(new Date(began)), took, tenant ?? '', failedTask ?? ''];
    return cells.map((cell, at) => (at === STATUS ? colourOfStatus(shown, paint)(cell) : visibleLine(cell)));
  });
  const isUsed = HEADING.map((_, at) => at < ALWAYS || rows.some((row) => row[at] !== ''));
  const cells = [HEADING, ...rows].map((row) => row.filter((_, at) => isUsed[at] === true));
  return textTable(cells, { width, cut: CUT, drop: DROP });
}

const STATUS = HEADING.indexOf('STATUS');
/** The columns that are shown even if they are empty. */
const ALWAYS = HEADING.indexOf('TENANT');

/** `2026-11-22 22:43:56`, in the local time zone. */
function localTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

/** `no runs with --status failed on 127.0.0.1:7233 (namespace default)` */
export function noRunsText(
  { plan, status, tenant, correlationId, since }: RunsOptions,
  { address, namespace }: Pick<FoundServer, 'address' | 'namespace'>,
): string {
  const chosen = Object.entries({ plan, status, tenant, 'correlation-id': correlationId, since }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`--${name} ${String(value)}`]),
  );
  const which = chosen.length === 0 ? 'no runs' : `no runs with ${chosen.join(' ')}`;
  return `${visibleLine(which)} on ${visibleLine(address)} (namespace ${visibleLine(namespace)})`;
}
