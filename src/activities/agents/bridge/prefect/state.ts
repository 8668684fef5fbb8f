// The states of a flow run.
import { z } from 'zod';
import type { Sighting } from '../job-system.js';

export const State = z.object({
  type: z.string(),
  name: z.string(),
  message: z.string().nullish(),
  data: z.unknown(),
});
export type State = z.infer<typeof State>;

export const FlowRun = z.object({ state: State.nullable() });
export type FlowRun = z.infer<typeof FlowRun>;

/** States in which a flow run has ended. */
export const TERMINAL: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED']);

export function sightingOf({ state }: FlowRun): Sighting {
  const message = state?.message ?? undefined;
  switch (state?.type) {
    case 'COMPLETED':
      return { state: 'succeeded' };
    case 'FAILED':
      return { state: 'failed', message: message ?? 'without a reason', details: { state: state.name } };
    case 'CRASHED':
      return {
        state: 'failed',
        message: `its process has crashed: ${message ?? 'without a reason'}`,
        details: { state: state.name },
      };
    case 'CANCELLED':
      return { state: 'cancelled', ...(message === undefined ? {} : { message }) };
    case 'PAUSED':
      return { state: 'waiting', waitsFor: `a person to resume the flow run, which is ${state.name.toLowerCase()}` };
    case 'RUNNING':
    case 'CANCELLING':
      return { state: 'running', progress: { state: state.name } };
    default:
      // Scheduled, Late, AwaitingRetry, Pending.
      return { state: 'queued', progress: { state: state?.name ?? 'Scheduled' } };
  }
}
