import type { Strategy } from './strategy.js';

/** Each resource in its turn, in the order of ids: a resource that comes or goes does not change the order of the others. */
export const roundRobin: Strategy = (candidates, { memory }) => {
  const inOrder = candidates.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const { last } = memory;
  const next = (last === undefined ? undefined : inOrder.find(({ id }) => id > last)) ?? inOrder[0]!;
  memory.last = next.id;
  return next;
};
