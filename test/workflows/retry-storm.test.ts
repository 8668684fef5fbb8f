// Many calls that fail at once are not made again at once: seen from the delays that the server was given.
import { expect, test } from 'vitest';
import type { Plan } from '../../src/domain/plan/plan.js';
import { gate, untilAborted } from '../support/gate.js';
import { useDevServer } from '../support/temporal.js';

const temporal = useDevServer();

const CALLS = 1000;
/** So long that hardly any is made again while the others are being counted. */
const LONGEST_MS = 6 * 3_600_000;

const plan: Plan = {
  name: 'storm',
  concurrency: CALLS,
  tasks: {
    it: {
      agent: 'down',
      heartbeat: '2s',
      retry: { attempts: 2, initial: '6h', max: '6h' },
      forEach: { items: Array.from({ length: CALLS }, (_, n) => n) },
    },
  },
};

test('1,000 calls that fail at the same time retry evenly spread over the whole delay', async () => {
  const all = gate();
  let begun = 0;
  const { id, run, result } = await temporal.start(plan, {
    agents: {
      down: async (_, { attempt, signal }) => {
        if (attempt > 1) return await untilAborted(signal);
        if (++begun === CALLS) all.open();
        throw new Error('down');
      },
    },
  });
  await all.opened;
  await expect.poll(async () => (await delaysOf(id)).length).toBe(CALLS);
  const delays = await delaysOf(id);
  await run.cancel();
  await result();
  expect(distanceFromEven(delays)).toBeLessThan(BOUND);
  // The same bound tells apart what is no full jitter.
  const random = Array.from({ length: CALLS }, () => Math.random());
  expect(distanceFromEven(random.map((one) => ((1 + one) / 2) * LONGEST_MS))).toBeGreaterThan(BOUND);
  expect(distanceFromEven(random.map(() => LONGEST_MS))).toBeGreaterThan(BOUND);
});

/** Of the calls that have failed once. One that has been made again by now had hardly any. */
async function delaysOf(id: string): Promise<number[]> {
  const { raw } = await temporal.env.client.workflow.getHandle(id).describe();
  return (raw.pendingActivities ?? []).flatMap(({ attempt, lastAttemptCompleteTime, nextAttemptScheduleTime }) => {
    if ((attempt ?? 1) < 2) return [];
    return nextAttemptScheduleTime == null ? [0] : [msOf(nextAttemptScheduleTime) - msOf(lastAttemptCompleteTime)];
  });
}

type Timestamp = { seconds?: unknown; nanos?: number | null } | null | undefined;

const msOf = (time: Timestamp): number => Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;

/** Kolmogorov and Smirnov's distance from the uniform distribution over the whole delay. */
function distanceFromEven(delays: readonly number[]): number {
  const shares = delays.map((delay) => delay / LONGEST_MS).sort((a, b) => a - b);
  const distances = shares.map((share, place) =>
    Math.max(Math.abs(share - place / shares.length), Math.abs(share - (place + 1) / shares.length)),
  );
  return Math.max(...distances);
}

/** Uniform delays are further away once in 10,000 times. */
const BOUND = 2.23 / Math.sqrt(CALLS);
