// What `callAgent` needs of pools.
import type { LeasedResource } from '../../domain/pool/settings.js';
import type { GuardedCall } from './guarded-call.js';

/** What a call holds of a pool while it runs. */
export interface CallLease {
  readonly resource: LeasedResource;
  /** Aborts with a `LeaseLost` when it is no longer certain that the pool keeps the resource for this call. */
  readonly signal: AbortSignal;
}

/** Makes a call (`go`) while holding a lease of its agent's pool, if the agent has one. Throws `PoolBusy` or `LeaseLost`. */
export type Lease = <T>(call: GuardedCall, go: (lease?: CallLease) => Promise<T>) => Promise<T>;

export const unlimitedLease: Lease = (_call, go) => go();
