// Removes the stored values of one namespace that no history refers to.
// W1. Only values that were untouched for the grace period are removed: a value is stored some time before it is in a history. Each
//     use of a value touches it, at the latest a minute after the last time.
// W2. The values that are needed are known before the first is removed. If one history cannot be read, nothing is removed.
// W3. A value that is touched while it is being removed stays (see `remove` of the store). So sweeps may run at the same time, and
//     one that is killed leaves nothing that the next does not handle.
import { SWEPT, type ValueStore } from './store.js';

export interface SweepRequest {
  /** The first part of the keys: those of other namespaces and servers are not looked at. */
  readonly scope: string;
  /** The keys that histories refer to. */
  readonly needed: ReadonlySet<string>;
  /** Values touched after this time stay. */
  readonly beforeMs: number;
  readonly dryRun: boolean;
}

export interface SweptCount {
  readonly values: number;
  readonly bytes: number;
}

export interface Swept {
  /** Needed by a history. */
  readonly needed: SweptCount;
  /** Needed by none, but too young. */
  readonly recent: SweptCount;
  readonly removed: SweptCount;
}

export async function sweepStore(
  store: ValueStore,
  { scope, needed, beforeMs, dryRun }: SweepRequest,
  onValue: (count: number) => void = () => undefined,
): Promise<Swept> {
  const counts = { needed: { values: 0, bytes: 0 }, recent: { values: 0, bytes: 0 }, removed: { values: 0, bytes: 0 } };
  const count = (kind: keyof Swept, bytes: number) => {
    counts[kind].values++;
    counts[kind].bytes += bytes;
  };
  let seen = 0;
  for await (const value of store.list(scope)) {
    onValue(++seen);
    const key = value.key.endsWith(SWEPT) ? value.key.slice(0, -SWEPT.length) : value.key;
    if (needed.has(key)) count('needed', value.bytes);
    else if (value.touchedMs >= beforeMs) count('recent', value.bytes);
    else if (dryRun || (await store.remove(value, beforeMs))) count('removed', value.bytes);
    else count('recent', value.bytes);
  }
  return counts;
}
