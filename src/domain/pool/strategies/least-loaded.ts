import { load, type Strategy } from './strategy.js';

/** Chooses a resource with the least load; of several, each is equally likely. */
export const leastLoaded: Strategy = (candidates, { random }) => {
  const least = Math.min(...candidates.map(load));
  const idle = candidates.filter((one) => load(one) === least);
  return idle[Math.floor(random() * idle.length)]!;
};
