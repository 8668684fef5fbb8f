// The least loaded of d resources drawn at random. With two draws the longest queue grows as log log n, with one draw as
// log n / log log n. Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 1996.
import { load, type Strategy } from './strategy.js';

export const randomChoices =
  (d: number): Strategy =>
  (candidates, { random }) => {
    const draw = () => candidates[Math.floor(random() * candidates.length)]!;
    let best = draw();
    for (let drawn = 1; drawn < d; drawn++) {
      const other = draw();
      if (load(other) < load(best)) best = other;
    }
    return best;
  };
