// Text about a breaker, for logs, messages and the Web UI.
import { formatDuration } from '../duration.js';
import { escapeMarkdown } from '../text/markdown.js';
import type { BreakerView } from './messages.js';
import { breakerPolicy } from './settings.js';

/** `12 of 20 calls failed (60 %), 3 slow` */
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

/** For the Web UI, in markdown. It shows times of day: durations would not be updated there. */
export function breakerDetails(view: BreakerView, now: number): string {
  const { failureRate, slowRate, slowCallMs } = breakerPolicy(view.terms.settings);
  const tries = view.waitMs === undefined ? '' : `, calls may try from ${clockText(now + view.waitMs)}`;
  const slow = slowCallMs === Infinity ? '' : `, or at ${slowRate} % that take ${formatDuration(slowCallMs)} or longer`;
  return [
    `**${escapeMarkdown(view.agent)}** is **${view.phase}** since ${clockText(now - view.forMs)}${tries}`,
    '',
    `- ${callsText(view)}`,
    `- it opens at ${failureRate} % that fail${slow}`,
    `- ${view.workers} ${view.workers === 1 ? 'worker has' : 'workers have'} a mirror of it`,
  ].join('\n');
}

/** `2026-11-23 09:01:20 UTC` */
const clockText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
