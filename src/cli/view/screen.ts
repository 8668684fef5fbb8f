// The live screen: header, table, what the run waits for. As many lines as the terminal has, and no more.
import { originText } from '../../domain/origin.js';
import { budgetText } from '../../domain/budget-text.js';
import { formatDuration } from '../../domain/duration.js';
import { oneLine } from '../../domain/one-line.js';
import { replanLines } from '../../domain/replan-text.js';
import type { RunResult } from '../../domain/run-result.js';
import type { Colours } from '../io.js';
import type { RunFacts } from './run-facts.js';
import { pathWithin, type SeenRun } from './seen-run.js';
import { statusText } from './summary.js';
import { fit, taskTable, type TableSize } from './task-table.js';
import { shortIn, waitingTasks } from './waiting.js';

export interface ScreenState {
  readonly snapshot: RunResult | undefined;
  readonly subRuns?: readonly SeenRun[];
  readonly facts: RunFacts;
  /** What is the matter, if the last look failed. */
  readonly trouble?: string | undefined;
  readonly now: number;
}

/** Approvals and events that are shown at once; each takes two lines. */
const MAX_WAITING = 3;
/** Log lines and the cursor's own line want some room, and a table of no rows is none. */
const LEAST_ROWS = 3;

export function screenLines(state: ScreenState, size: TableSize, paint: Colours): string[] {
  const { snapshot, subRuns = [], facts, trouble, now } = state;
  const head = headerLines(state, paint);
  const waiting = [
    ...(snapshot === undefined ? [] : waitingTasks(snapshot, facts)),
    ...subRuns.flatMap((sub) =>
      waitingTasks(sub.snapshot, sub.facts).map((one) => ({ ...one, task: `${pathWithin(facts, sub)}/${one.task}` })),
    ),
  ];
  const foot = [
    ...waiting
      .slice(0, MAX_WAITING)
      .flatMap(({ task, why, command }) => [`${paint.yellow('◆')} ${task} ${why}`, `  ${paint.bold(command)}`]),
    ...(waiting.length > MAX_WAITING ? [paint.dim(`… ${waiting.length - MAX_WAITING} more tasks wait`)] : []),
    ...(snapshot === undefined ? [] : shortIn(snapshot, facts, subRuns).map((text) => paint.yellow(text))),
    ...(trouble === undefined ? [] : [paint.yellow(trouble)]),
  ];
  const around = head.length + 1 + (foot.length === 0 ? 0 : foot.length + 1) + 1;
  const room = Math.max(LEAST_ROWS, size.rows - around);
  const table =
    snapshot === undefined ? [] : taskTable(snapshot, facts, { size: { ...size, rows: room }, subRuns, now, paint });
  return [...head, '', ...table, ...(foot.length === 0 ? [] : ['', ...foot])].map((text) => fit(text, size.columns));
}

function headerLines({ snapshot, facts, now }: ScreenState, paint: Colours): string[] {
  const { id, plan, page, startedAt } = facts;
  const status = snapshot === undefined ? paint.dim('○ starting') : statusText(snapshot, paint);
  const head = [paint.bold(plan), id, status, formatDuration(Math.max(0, now - startedAt))].join(' · ');
  const budget = snapshot?.budget === undefined ? [] : [`budget: ${budgetText(snapshot.budget)}`];
  const replans = snapshot === undefined ? [] : replanLines(snapshot).slice(-1);
  return [
    head,
    ...lineageLines(snapshot),
    ...budget,
    ...replans.map(paint.yellow),
    ...(page === undefined ? [] : [paint.dim(page)]),
  ];
}

/** `tenant: acme`, `fork of r-1: reused 197, ran 3`, `forks: r-2, r-3` */
function lineageLines(snapshot: RunResult | undefined): string[] {
  if (snapshot === undefined) return [];
  const { tenant, forkOf, forks = [] } = snapshot;
  const counts = originText(snapshot);
  const fork = forkOf === undefined ? undefined : `fork of ${oneLine(forkOf)}`;
  const parts = [fork, counts].filter((part) => part !== undefined);
  return [
    ...(tenant === undefined ? [] : [`tenant: ${oneLine(tenant)}`]),
    ...(parts.length === 0 ? [] : [parts.join(': ')]),
    ...(forks.length === 0 ? [] : [`forks: ${forks.map(oneLine).join(', ')}`]),
  ];
}
