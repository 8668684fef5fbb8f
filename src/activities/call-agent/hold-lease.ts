import type { Lease } from './lease.js';
import type { Stage } from './stage.js';

/** The stage of pools. */
export const holdLease =
  (hold: Lease): Stage =>
  (call, next) =>
    hold(call, (lease) => {
      if (lease !== undefined) call.lease = lease;
      return next();
    });
