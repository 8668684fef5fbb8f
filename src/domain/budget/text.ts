// The current state of a budget, for people, on one line: `calls 3 of 10 · tokens 1,200 of 5,000 (200 reserved) · 30m`.
import { AMOUNTS, parseLimits, type Amount, type BudgetStanding } from './budget.js';
import { formatDuration } from '../duration.js';

const number = (amount: Amount, value: number): string =>
  amount === 'usd' ? `$${value.toFixed(value < 1 ? 4 : 2)}` : value.toLocaleString('en-US');

export function budgetText({ limits: written, spent, reserved }: BudgetStanding): string {
  const limits = parseLimits(written);
  const amounts = AMOUNTS.flatMap((amount) => {
    const limit = limits[amount];
    if (limit === undefined) return [];
    const held = reserved[amount] > 0 ? ` (${number(amount, reserved[amount])} reserved)` : '';
    return [`${amount} ${number(amount, spent[amount])} of ${number(amount, limit.hard)}${held}`];
  });
  const { duration } = limits;
  return [...amounts, ...(duration === undefined ? [] : [`at most ${formatDuration(duration.hard)}`])].join(' · ');
}
