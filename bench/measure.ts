// What the benchmarks with a server share.
import type { Client } from '@temporalio/client';

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** The 95 % confidence interval of a median, by order statistics (normal approximation of the binomial distribution). */
export function medianInterval(values: readonly number[]): readonly [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const half = 0.98 * Math.sqrt(sorted.length);
  const at = (place: number) => sorted[Math.min(sorted.length - 1, Math.max(0, place))]!;
  return [at(Math.floor(sorted.length / 2 - half)), at(Math.ceil(sorted.length / 2 + half))];
}

export const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.error, error: console.error };

export interface Figure {
  readonly ms: number;
  /** Of one run. */
  readonly events: number;
}

/** Starts all runs at the same time, and waits until the last one has ended. */
export async function measure(
  client: Client,
  ids: readonly string[],
  start: (id: string) => Promise<unknown>,
): Promise<Figure> {
  const began = performance.now();
  await Promise.all(
    ids.map(async (id) => {
      await start(id);
      await client.workflow.getHandle(id).result();
    }),
  );
  const ms = performance.now() - began;
  return { ms, events: (await client.workflow.getHandle(ids[0]!).describe()).historyLength };
}
