// A token bucket: it fills evenly and holds at most `limit`. It may go below zero, because usage is known only after a call.
import type { PoolPolicy } from '../settings.js';

export interface Bucket {
  level: number;
  at: number;
}

type Rate = NonNullable<PoolPolicy['rate']>;

export const fullBucket = ({ limit }: Rate, now: number): Bucket => ({ level: limit, at: now });

/** If the clock goes back, nothing is added. */
export function refill(bucket: Bucket, { limit, perMs }: Rate, now: number): void {
  const passed = Math.max(0, now - bucket.at);
  bucket.level = Math.min(limit, bucket.level + (passed * limit) / perMs);
  bucket.at = Math.max(bucket.at, now);
}

/** When the level will be above `wanted`. */
export const timeAbove = ({ level, at }: Bucket, { limit, perMs }: Rate, wanted: number): number =>
  at + Math.floor((Math.max(0, wanted - level) * perMs) / limit) + 1;
