// Smooth weighted round-robin, as nginx has it: each gets what its weight says, evenly spread. Source: nginx commit 52327e0627f4.
import type { Strategy } from './strategy.js';

export const weighted: Strategy = (candidates, { memory }) => {
  const before = memory.credit ?? {};
  const credit = candidates.map(({ id, weight }) => (before[id] ?? 0) + weight);
  const best = credit.indexOf(Math.max(...credit));
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  credit[best]! -= total;
  // Those that have no room now keep what they had.
  memory.credit = { ...before, ...Object.fromEntries(candidates.map(({ id }, index) => [id, credit[index]!])) };
  return candidates[best]!;
};
