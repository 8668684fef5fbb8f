// How a run ended, in a few lines.
import { formatDuration } from '../../domain/duration.js';
import { originText } from '../../domain/origin.js';
import { oneLine } from '../../domain/one-line.js';
import { replanLines } from '../../domain/replan-text.js';
import type { RunResult, RunStatus } from '../../domain/run-result.js';
import type { Colours } from '../io.js';
import { countText } from './pick-rows.js';

const LOOK = {
  running: { glyph: '●', colour: 'blue' },
  paused: { glyph: '‖', colour: 'yellow' },
  completed: { glyph: '✓', colour: 'green' },
  failed: { glyph: '✗', colour: 'red' },
  cancelled: { glyph: '⊘', colour: 'yellow' },
} as const satisfies Record<RunStatus, { glyph: string; colour: keyof Colours }>;

/** `paused (user)`, in its colour, with its glyph. */
export function statusText(
  { status, pausedBecause }: Pick<RunResult, 'status' | 'pausedBecause'>,
  paint: Colours,
): string {
  const { glyph, colour } = LOOK[status];
  return paint[colour](`${glyph} ${status}${pausedBecause === undefined ? '' : ` (${oneLine(pausedBecause)})`}`);
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
  const why = failure === null ? [] : [`${failure.type}: ${oneLine(failure.message)}`];
  return [
    head.join(' · '),
    ...replanLines(result).map((line) => `  ${line}`),
    ...why.map((text) => `  ${result.status === 'failed' ? paint.red(text) : text}`),
    ...(compensated.length === 0 ? [] : [`  undone: ${compensated.join(', ')}`]),
    ...(debt.length === 0 ? [] : [`  ${paint.red('could not be undone:')} ${debt.join(', ')}`]),
  ];
}

function usageParts({ usage: { calls, tokens, usd } }: RunResult): string[] {
  return [
    ...(calls === 0 ? [] : [`${calls} ${calls === 1 ? 'call' : 'calls'}`]),
    ...(tokens === 0 ? [] : [`${tokens.toLocaleString('en-US')} tokens`]),
    ...(usd === 0 ? [] : [`$${usd.toFixed(usd < 1 ? 4 : 2)}`]),
  ];
}
