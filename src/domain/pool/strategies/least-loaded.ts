import { loadOf, type Strategy } from './strategy.js';

/** Never one that is busier than another; of equals each is as likely. */
export const leastLoaded: Strategy = (candidates, { random }) => {
  const least = Math.min(...candidates.map(loadOf));
  const idle = candidates.filter((one) => loadOf(one) === least);
  return idle[Math.floor(random() * idle.length)]!;
};
