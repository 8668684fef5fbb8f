// The least loaded of d resources drawn at random. Already with two the longest queue grows as log log n, where with one it
// grows as log n / log log n. Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 1996.
import { loadOf, type Strategy } from './strategy.js';

export const randomChoices =
  (d: number): Strategy =>
  (candidates, { random }) => {
    const draw = () => candidates[Math.floor(random() * candidates.length)]!;
    let best = draw();
    for (let drawn = 1; drawn < d; drawn++) {
      const other = draw();
      if (loadOf(other) < loadOf(best)) best = other;
    }
    return best;
  };
