import { visibleLine } from '../../domain/text/visible.js';
import type { ListedSubscription } from '../gateway/list-subscriptions.js';
import { textTable } from '../terminal/text-table.js';

const HEADING = ['SUBSCRIPTION', 'FROM', 'ACTION', 'LAG', 'RATE', 'DEAD', ''];

/** Unknown numbers are `?`; a webhook has none. */
export function subscriptionTable(subscriptions: readonly ListedSubscription[], width = Infinity): string {
  const rows = subscriptions.map(({ name, from, action, lag, rate, dead, problem }) => {
    const none = from.startsWith('webhook ') ? '-' : '?';
    return [
      name,
      from,
      action,
      String(lag ?? none),
      rate === undefined ? none : `${rate}/s`,
      String(dead ?? none),
      problem ?? '',
    ].map(visibleLine);
  });
  return textTable([HEADING, ...rows], { width, cut: { FROM: 12, SUBSCRIPTION: 12, '': 24 }, drop: ['ACTION'] });
}
