// Smooth weighted round-robin, as in nginx: each resource gets its share by weight, evenly spread. Source: nginx commit 52327e0627f4.
import type { Strategy } from './strategy.js';

export const weighted: Strategy = (candidates, { memory }) => {
  const before = memory.credit ?? {};
  const credit = candidates.map(({ id, weight }) => (before[id] ?? 0) + weight);
  const best = credit.indexOf(Math.max(...credit));
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  credit[best]! -= total;
  // Resources without room now keep their credit.
  memory.credit = { ...before, ...Object.fromEntries(candidates.map(({ id }, index) => [id, credit[index]!])) };
  return candidates[best]!;
};
