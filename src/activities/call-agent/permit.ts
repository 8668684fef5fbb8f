// What `callAgent` needs of circuit breakers.
import type { GuardedCall } from './guarded-call.js';

/** Makes a call (`go`) if the circuit breaker of its agent lets it through. Throws `BreakerOpen` if it does not. */
export type Permit = <T>(call: GuardedCall, go: (recheck: Recheck) => Promise<T>) => Promise<T>;

/** Throws `BreakerOpen` if the permit no longer holds: the call may have waited for a pool since it got the permit. */
export type Recheck = () => void;

export const alwaysPermit: Permit = (_call, go) => go(() => undefined);
