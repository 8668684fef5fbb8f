import type { LeasedResource } from '../domain/pool/settings.js';
import type { GuardedCall } from './guarded-call.js';

/** What a call holds while it goes on. */
export interface Held {
  readonly resource: LeasedResource;
  /** Aborts with a `LeaseLost` when it is not certain any more that the pool keeps it for this call. */
  readonly signal: AbortSignal;
}

/** Holds a share of a pool for the time of a call: a pool's place in the pipeline. Throws `PoolBusy`, `LeaseLost`. */
export type Lease = <T>(call: GuardedCall, go: (held?: Held) => Promise<T>) => Promise<T>;

export const unlimitedLease: Lease = (_call, go) => go();
