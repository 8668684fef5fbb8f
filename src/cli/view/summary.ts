// Summarizes the result of a run in a few lines.
import { formatDuration } from '../../domain/duration.js';
import { originText } from '../../domain/run/origin.js';
import { visibleLine } from '../../domain/text/visible.js';
import { failureText } from '../../domain/failure.js';
import { replanLines } from '../../domain/run/replan-text.js';
import type { RunResult, RunStatus, TaskResult } from '../../domain/run/result.js';
import { shownStatus, type RunState } from '../../domain/run/waiting.js';
import type { Colours } from '../terminal/io.js';
import { causeLines } from './cause-lines.js';
import { countText } from './pick-rows.js';

const LOOK = {
  running: { glyph: '●', colour: 'blue' },
  paused: { glyph: '‖', colour: 'yellow' },
  completed: { glyph: '✓', colour: 'green' },
  failed: { glyph: '✗', colour: 'red' },
  cancelled: { glyph: '⊘', colour: 'yellow' },
  waiting: { glyph: '◆', colour: 'yellow' },
  cancelling: { glyph: '⊘', colour: 'yellow' },
  compensating: { glyph: '↺', colour: 'magenta' },
} as const satisfies Record<
  RunStatus | RunState,
  { glyph: string; colour: 'blue' | 'yellow' | 'green' | 'red' | 'magenta' }
>;

/** For the statuses of lists, too, of which some are Temporal's own. */
export function colourOfStatus(status: string, paint: Colours): (text: string) => string {
  return paint[Object.hasOwn(LOOK, status) ? LOOK[status as keyof typeof LOOK].colour : 'red'];
}

/** `paused (user)`, `waiting`, in its colour, with its glyph. */
export function statusText(
  { status, state, pausedBecause }: Pick<RunResult, 'status' | 'state' | 'pausedBecause'>,
  paint: Colours,
): string {
  const shown = shownStatus({ status, state });
  const { glyph, colour } = LOOK[shown];
  return paint[colour](`${glyph} ${shown}${pausedBecause === undefined ? '' : ` (${visibleLine(pausedBecause)})`}`);
}

export function summaryLines(result: RunResult, tookMs: number, paint: Colours): string[] {
  const tasks = Object.values(result.tasks);
  const counts = `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}: ${countText(tasks)}`;
  const origin = originText(result);
  const head = [
    `${statusText(result, paint)} in ${formatDuration(tookMs)}`,
    counts,
    ...(origin === undefined ? [] : [origin]),
    ...usageParts(result),
  ];
  const { failure, compensated, debt } = result;
  const dropped = tasks.filter(({ outputDropped }) => outputDropped === true);
  const why = failure === null ? [] : [`${failure.type}: ${visibleLine(failureText(failure))}`];
  return [
    head.join(' · '),
    ...replanLines(result).map((line) => `  ${line}`),
    ...why.map((text) => `  ${result.status === 'failed' ? paint.red(text) : text}`),
    ...causeLines(result).map((line) => `    ${paint.dim(line)}`.trimEnd()),
    ...(dropped.length === 0 ? [] : [`  ${droppedText(dropped)}`]),
    ...(compensated.length === 0 ? [] : [`  undone: ${compensated.join(', ')}`]),
    ...(debt.length === 0 ? [] : [`  ${paint.red('could not be undone:')} ${debt.map(visibleLine).join(', ')}`]),
  ];
}

/** `outputs left out: 3 tasks, 12.0 MB (no later task reads them, and storage is off)` */
function droppedText(tasks: readonly TaskResult[]): string {
  const bytes = tasks.reduce((sum, { omittedBytes = 0 }) => sum + omittedBytes, 0);
  const count = `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`;
  const why = 'nothing reads them any more, and the rest would not have fitted; with storage, all are kept';
  return `outputs left out: ${count}, ${(bytes / 1e6).toFixed(1)} MB (${why})`;
}

function usageParts({ usage: { calls, tokens, usd } }: RunResult): string[] {
  return [
    ...(calls === 0 ? [] : [`${calls} ${calls === 1 ? 'call' : 'calls'}`]),
    ...(tokens === 0 ? [] : [`${tokens.toLocaleString('en-US')} tokens`]),
    ...(usd === 0 ? [] : [`$${usd.toFixed(usd < 1 ? 4 : 2)}`]),
  ];
}
