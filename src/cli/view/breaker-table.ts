// Breakers at a glance: what state each is in, and how near it is to opening.
import type { ListedBreaker } from '../../client/breakers.js';
import type { BreakerPhase } from '../../domain/breaker/breaker.js';
import { breakerPolicy } from '../../domain/breaker/settings.js';
import { formatDuration } from '../../domain/duration.js';
import { oneLine } from '../../domain/one-line.js';
import type { Colours } from '../io.js';
import { textTable } from '../text-table.js';

const HEADING = ['AGENT', 'STATE', 'FOR', 'FAILED', 'SLOW', 'WORKERS', 'TASK QUEUE', ''];
const BAR = 10;

export function breakerTable(breakers: readonly ListedBreaker[], paint: Colours): string {
  const inOrder = [...breakers].sort(
    (a, b) => a.agent.localeCompare(b.agent) || a.taskQueue.localeCompare(b.taskQueue),
  );
  return textTable([HEADING, ...inOrder.map((one) => rowOf(one, paint))]);
}

function rowOf(breaker: ListedBreaker, paint: Colours): string[] {
  const { agent, taskQueue } = breaker;
  if ('problem' in breaker) return [agent, '?', '', '', '', '', taskQueue, breaker.problem].map(oneLine);
  const { phase, forMs, figures, terms, workers, waitMs } = breaker;
  const { failureRate, slowRate, slowCallMs } = breakerPolicy(terms.settings);
  const { calls, failed, slow } = figures;
  const isAtRest = phase === 'closed' && workers === 0;
  return [
    oneLine(agent),
    colourOf(phase, paint)(phase),
    isAtRest ? 'at rest' : formatDuration(forMs),
    share({ part: failed, calls, limit: failureRate, paint }),
    slowCallMs === Infinity ? '-' : share({ part: slow, calls, limit: slowRate, paint }),
    String(workers),
    oneLine(taskQueue),
    waitMs === undefined ? '' : waitMs === 0 ? 'calls may try' : `calls may try in ${formatDuration(waitMs)}`,
  ];
}

interface Share {
  readonly part: number;
  readonly calls: number;
  /** In percent. */
  readonly limit: number;
  readonly paint: Colours;
}

/** `██████····  12 of 20 (opens at 50 %)`: a full bar is where it opens. */
function share({ part, calls, limit, paint }: Share): string {
  if (calls === 0) return 'no calls';
  const full = Math.min(BAR, Math.ceil(((part / calls) * 100 * BAR) / limit));
  const bar = (full >= BAR ? paint.red : paint.yellow)('█'.repeat(full)) + paint.dim('·'.repeat(BAR - full));
  return `${bar} ${part} of ${calls} (opens at ${limit} %)`;
}

function colourOf(phase: BreakerPhase, paint: Colours): (text: string) => string {
  if (phase === 'closed') return paint.green;
  return phase === 'open' || phase === 'forced-open' ? paint.red : paint.yellow;
}
