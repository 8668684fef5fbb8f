// A breaker in words, for logs, messages and the Web UI.
import { formatDuration } from '../duration.js';
import type { BreakerView } from './messages.js';

/** `12 of 20 calls failed`, with what was slow where that is why. */
export function callsText({ figures: { calls, failed, slow, failureRate } }: Pick<BreakerView, 'figures'>): string {
  if (calls === 0) return 'no calls yet';
  const slowly = slow === 0 ? '' : `, ${slow} slow`;
  const rate = failureRate === undefined ? '' : ` (${Math.round(failureRate)} %)`;
  return `${failed} of ${calls} calls failed${rate}${slowly}`;
}

/** `open: 12 of 20 calls failed (60 %); calls may try in 12s` */
export function breakerText(view: BreakerView): string {
  const wait =
    view.waitMs === undefined ? '' : `; calls may try in ${formatDuration(Math.ceil(view.waitMs / 1000) * 1000)}`;
  return `${view.phase}: ${callsText(view)}${wait}`;
}

/** GitHub markdown. */
export const breakerDetails = (view: BreakerView): string =>
  [
    `**${view.agent}** · ${view.phase}`,
    '',
    '| calls | failed | slow | refused | opened by | workers |',
    '|---|---|---|---|---|---|',
    `| ${view.figures.calls} | ${view.figures.failed} | ${view.figures.slow} | ${view.figures.refused} | ${view.terms.settings.failureRate ?? '50%'} failed, ${view.terms.settings.slowRate ?? '100%'} slow | ${view.workers} |`,
  ].join('\n');
