import type { Strategy } from './strategy.js';

/** Each in its turn, by id, so that one that comes or goes changes nothing for the rest. */
export const roundRobin: Strategy = (candidates, { memory }) => {
  const inOrder = candidates.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const { last } = memory;
  const next = (last === undefined ? undefined : inOrder.find(({ id }) => id > last)) ?? inOrder[0]!;
  memory.last = next.id;
  return next;
};
