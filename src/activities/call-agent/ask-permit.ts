import type { Permit } from './permit.js';
import type { Stage } from './stage.js';

/** The stage of circuit breakers. */
export const askPermit =
  (permit: Permit): Stage =>
  (call, next) =>
    permit(call, (recheck) => {
      call.recheck = recheck;
      return next();
    });
