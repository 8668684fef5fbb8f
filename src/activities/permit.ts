import type { GuardedCall } from './guarded-call.js';

/** Asks leave to call an agent: a breaker's place in the pipeline. Throws `BreakerOpen` where it is refused. */
export type Permit = <T>(call: GuardedCall, go: (leave: Leave) => Promise<T>) => Promise<T>;

/** Throws `BreakerOpen` where the leave has been taken back: a call may have waited for something else since it was given. */
export type Leave = () => void;

export const alwaysPermit: Permit = (_call, go) => go(() => undefined);
