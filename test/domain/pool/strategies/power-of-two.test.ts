// The mean time that a call spends in a system of many queues, each call going to the least loaded of d drawn at random: M. Mitzenmacher,
// "The Power of Two Choices in Randomized Load Balancing", 1996. The table is the closed form for infinitely many queues.
import { expect, test } from 'vitest';
import { randomChoices } from '../../../../src/domain/pool/strategies/random-choices.js';
import type { Candidate } from '../../../../src/domain/pool/strategies/strategy.js';
import { seeded } from '../../../support/seeded.js';

const LOADS = [0.5, 0.7, 0.8, 0.9, 0.95, 0.99] as const;
const TABLE: Readonly<Record<number, readonly number[]>> = {
  // At 0.99, one choice takes some 40,000 service times to settle: the test shows only that it stays where it begins.
  1: [2, 3.333, 5, 10, 20, 100],
  2: [1.2657, 1.6145, 1.9474, 2.6141, 3.383, 5.432],
  3: [1.1252, 1.3568, 1.5809, 2.0279, 2.5351, 3.8578],
};

interface Queue extends Candidate {
  inUse: number;
}

/**
 * Queues with one server each and exponential times. The next event is an arrival or a service, at random; a service of an empty queue
 * has no effect. By Little's law, the mean time is the mean number in the system divided by the rate of arrivals.
 */
function meanTime(d: number, load: number, { queues, events, seed }: { queues: number; events: number; seed: number }) {
  const random = seeded(seed);
  const choose = randomChoices(d);
  const all: Queue[] = Array.from({ length: queues }, (_, n) => ({ id: `${n}`, weight: 1, limit: 1, inUse: 0 }));
  // Begins near the equilibrium, which would take very long to reach: the expected number of queues have k calls or more.
  all.forEach((queue, n) => {
    while (n + 0.5 < queues * tail(d, load, queue.inUse + 1)) queue.inUse++;
  });
  const choosing = { random, memory: {} };
  const arrival = load / (1 + load);
  let inSystem = all.reduce((sum, { inUse }) => sum + inUse, 0);
  let [sum, counted] = [0, 0];
  for (let event = 0; event < events; event++) {
    if (random() < arrival) {
      choose(all, choosing).inUse++;
      inSystem++;
    } else {
      const queue = all[Math.floor(random() * queues)]!;
      if (queue.inUse > 0) {
        queue.inUse--;
        inSystem--;
      }
    }
    if (event * 5 < events) continue;
    sum += inSystem;
    counted++;
  }
  return sum / counted / (load * queues);
}

const tail = (d: number, load: number, k: number): number => load ** (d === 1 ? k : (d ** k - 1) / (d - 1));

const rows = Object.entries(TABLE).flatMap(([d, times]) =>
  times.map((time, index) => ({ d: Number(d), load: LOADS[index]!, time })),
);

test.each(rows)(
  'power of two: with $d choices at a load of $load the mean time is $time, within 3 %',
  ({ d, load, time }) => {
    // One choice has the longest memory, which grows with the load.
    const events = d === 1 && load >= 0.9 ? 16_000_000 : 2_000_000;
    const mean = meanTime(d, load, { queues: 4_000, events, seed: 11 });
    expect(Math.abs(mean - time) / time).toBeLessThan(0.03);
  },
);
