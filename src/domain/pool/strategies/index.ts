import { leastLoaded } from './least-loaded.js';
import { randomChoices } from './random-choices.js';
import { roundRobin } from './round-robin.js';
import { sticky } from './sticky.js';
import type { Strategy } from './strategy.js';
import { weighted } from './weighted.js';

export const STRATEGIES = ['least-loaded', 'power-of-two', 'random', 'round-robin', 'sticky', 'weighted'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

export const STRATEGY: Readonly<Record<StrategyName, Strategy>> = {
  'least-loaded': leastLoaded,
  'power-of-two': randomChoices(2),
  random: randomChoices(1),
  'round-robin': roundRobin,
  sticky,
  weighted,
};
