// The lines of the live screen: header, table of tasks, and what the run waits for. They fit the terminal.
import { originText } from '../../domain/run/origin.js';
import { budgetText } from '../../domain/budget/text.js';
import { formatDuration } from '../../domain/duration.js';
import { visibleLine } from '../../domain/text/visible.js';
import { replanLines } from '../../domain/run/replan-text.js';
import type { RunResult } from '../../domain/run/result.js';
import type { WaitingStart } from '../../domain/run/queue/messages.js';
import type { Waiting } from '../../domain/run/waiting.js';
import type { Colours } from '../terminal/io.js';
import type { RunFacts } from './run-facts.js';
import type { SeenRun } from './seen-run.js';
import { statusText } from './summary.js';
import { wrap, wrapCommand } from '../terminal/fit.js';
import { taskTable, type TableSize } from './task-table.js';
import { waitLine, waitsBelow, withStateBelow } from './waiting.js';

export interface ScreenState {
  readonly snapshot: RunResult | undefined;
  readonly subRuns?: readonly SeenRun[];
  readonly facts: RunFacts;
  /** The problem, if the last poll failed. */
  readonly trouble?: string | undefined;
  /** A question to the person at the terminal. */
  readonly question?: string | undefined;
  readonly now: number;
}

const NO_BREAK = '\u00a0';

/** The maximum number of waiting tasks that are shown; each takes two lines. */
const MAX_WAITING = 3;

/** The table has at least this many rows, even if the terminal is too small for them. */
const MIN_ROWS = 3;

export function screenLines(state: ScreenState, size: TableSize, paint: Colours): string[] {
  const { subRuns = [], facts, trouble, question, now } = state;
  const snapshot = state.snapshot === undefined ? undefined : withStateBelow(state.snapshot, facts, subRuns);
  const wrapped = (lines: readonly string[]) =>
    lines.flatMap((line) => wrap(line, size.columns)).map((line) => line.replaceAll(NO_BREAK, ' '));
  const head = wrapped(headerLines({ ...state, snapshot }, paint));
  const waiting = snapshot === undefined ? [] : waitsBelow(snapshot, facts, subRuns);
  const tasks = waiting.filter((one) => one.for !== 'budget');
  const answer = (one: Waiting): string[] => [
    ...wrapped([`${paint.yellow('◆')} ${waitLine(one)}`]),
    ...wrapCommand(`  ${one.command}`, size.columns).map((line) => paint.bold(line)),
  ];
  const foot = [
    ...tasks.slice(0, MAX_WAITING).flatMap(answer),
    ...(tasks.length > MAX_WAITING ? [paint.dim(`… ${tasks.length - MAX_WAITING} more tasks wait`)] : []),
    ...wrapped(droppedLines(snapshot).map((text) => paint.yellow(text))),
    ...waiting.filter((one) => one.for === 'budget').flatMap(answer),
    ...wrapped(trouble === undefined ? [] : [paint.yellow(trouble)]),
    ...wrapped(question === undefined ? [] : [paint.bold(question)]),
  ];
  const around = head.length + 1 + (foot.length === 0 ? 0 : foot.length + 1) + 1;
  const room = Math.max(MIN_ROWS, size.rows - around);
  const table =
    snapshot === undefined ? [] : taskTable(snapshot, facts, { size: { ...size, rows: room }, subRuns, now, paint });
  return [...head, '', ...table, ...(foot.length === 0 ? [] : ['', ...foot])];
}

function headerLines({ snapshot, facts, now }: ScreenState, paint: Colours): string[] {
  const { id, plan, page, startedAt } = facts;
  // The glyph stays with its word.
  const status = (snapshot === undefined ? paint.dim('○ starting') : statusText(snapshot, paint)).replace(
    ' ',
    NO_BREAK,
  );
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

/** `dropped 2 events that came by signal; the last: refund: data: expected at most …` */
function droppedLines(snapshot: RunResult | undefined): string[] {
  if (snapshot?.droppedEvents === undefined) return [];
  const { count, name, reason } = snapshot.droppedEvents;
  const events = count === 1 ? '1 event' : `${count} events`;
  return [`dropped ${events} that came by signal; the last: ${visibleLine(name)}: ${visibleLine(reason)}`];
}

/** `2 starts of this id wait until it has ended: replace, queue` */
function queuedText(starts: readonly WaitingStart[]): string {
  const count = starts.length === 1 ? '1 start of this id waits' : `${starts.length} starts of this id wait`;
  return `${count} until it has ended: ${starts.map(({ policy }) => policy).join(', ')}`;
}

/** `tenant: acme`, `correlation id: order-42`, `trace: 4bf9…`, `fork of r-1: reused 197, ran 3`, `forks: r-2, r-3` */
function lineageLines(snapshot: RunResult | undefined): string[] {
  if (snapshot === undefined) return [];
  const { tenant, correlationId, traceId, forkOf, forks = [], compensates, compensations = [], debt } = snapshot;
  const { queuedStarts = [] } = snapshot;
  const counts = originText(snapshot);
  const fork = forkOf === undefined ? undefined : `fork of ${visibleLine(forkOf)}`;
  const parts = [fork, counts].filter((part) => part !== undefined);
  return [
    ...(tenant === undefined ? [] : [`tenant: ${visibleLine(tenant)}`]),
    ...(correlationId === undefined ? [] : [`correlation id: ${visibleLine(correlationId)}`]),
    ...(traceId === undefined ? [] : [`trace: ${traceId}`]),
    ...(parts.length === 0 ? [] : [parts.join(': ')]),
    ...(forks.length === 0 ? [] : [`forks: ${forks.map(visibleLine).join(', ')}`]),
    ...(compensates === undefined ? [] : [`retries what ${visibleLine(compensates)} could not undo`]),
    ...(queuedStarts.length === 0 ? [] : [queuedText(queuedStarts)]),
    ...(debt.length === 0 ? [] : [`could not be undone: ${debt.map(visibleLine).join(', ')}`]),
    ...(compensations.length === 0 ? [] : [`retried by: ${compensations.map(visibleLine).join(', ')}`]),
  ];
}
