// The table of circuit breakers: the state of each, and how near it is to opening.
import stringWidth from 'string-width';
import type { ListedBreaker } from '../../client/breakers.js';
import type { BreakerPhase } from '../../domain/breaker/state-machine.js';
import { breakerPolicy } from '../../domain/breaker/settings.js';
import { formatDuration } from '../../domain/duration.js';
import { visibleLine } from '../../domain/text/visible.js';
import type { Colours } from '../terminal/io.js';
import { textTable } from '../terminal/text-table.js';

const HEADING = ['AGENT', 'STATE', 'FOR', 'FAILED', 'SLOW', 'WORKERS', 'PROJECT', ''];
const BAR = 10;

/** What a narrow terminal has no room for, the least important first. */
const DROP = ['PROJECT', 'WORKERS', 'SLOW', 'FOR', 'FAILED'];
const CUT = { AGENT: 12, PROJECT: 8, '': 24 };

export function breakerTable(breakers: readonly ListedBreaker[], paint: Colours, width = Infinity): string {
  const inOrder = [...breakers].sort((a, b) => a.agent.localeCompare(b.agent) || a.project.localeCompare(b.project));
  const rows = (bar: number) => [HEADING, ...inOrder.map((one) => rowOf(one, paint, bar))];
  const whole = textTable(rows(BAR));
  const fits = whole.split('\n').every((line) => stringWidth(line) <= width);
  return fits ? whole : textTable(rows(0), { width, cut: CUT, drop: DROP });
}

function rowOf(breaker: ListedBreaker, paint: Colours, width: number): string[] {
  const { agent, project } = breaker;
  if ('problem' in breaker) return [agent, '?', '', '', '', '', project, breaker.problem].map(visibleLine);
  const { phase, forMs, figures, terms, workers, waitMs } = breaker;
  const { failureRate, slowRate, slowCallMs } = breakerPolicy(terms.settings);
  const { calls, failed, slow } = figures;
  const isIdle = phase === 'closed' && workers === 0;
  return [
    visibleLine(agent),
    colourOf(phase, paint)(phase),
    isIdle ? 'idle' : formatDuration(forMs),
    shareBar({ part: failed, calls, limit: failureRate, paint, width }),
    slowCallMs === Infinity ? '-' : shareBar({ part: slow, calls, limit: slowRate, paint, width }),
    String(workers),
    visibleLine(project),
    waitMs === undefined ? '' : waitMs === 0 ? 'calls may try' : `calls may try in ${formatDuration(waitMs)}`,
  ];
}

interface Share {
  readonly part: number;
  readonly calls: number;
  /** In percent: the breaker opens at this share. */
  readonly limit: number;
  readonly paint: Colours;
  /** Of the bar; 0 for none. */
  readonly width: number;
}

/** `██████····  12 of 20 (opens at 50 %)`: the breaker opens when the bar is full. */
function shareBar({ part, calls, limit, paint, width }: Share): string {
  if (calls === 0) return 'no calls';
  const text = `${part} of ${calls} (opens at ${limit} %)`;
  if (width === 0) return text;
  const full = Math.min(width, Math.ceil(((part / calls) * 100 * width) / limit));
  const bar = (full >= width ? paint.red : paint.yellow)('█'.repeat(full)) + paint.dim('·'.repeat(width - full));
  return `${bar} ${text}`;
}

function colourOf(phase: BreakerPhase, paint: Colours): (text: string) => string {
  if (phase === 'closed') return paint.green;
  return phase === 'open' || phase === 'forced-open' ? paint.red : paint.yellow;
}
