// The Workflow with which a Schedule sweeps. Names and fields are part of histories and never change.
import { z } from 'zod';

/** The name of the Workflow, which makes one activity of the same name. */
export const SWEEP = 'sweep';

export const SweepRequest = z.object({
  /** Values that were stored or used within this time stay, in milliseconds. */
  graceMs: z.int().min(0),
  /** Breakers and pools to which nothing has happened for this long are ended. */
  staleMs: z.int().min(0),
});
export type SweepRequest = z.infer<typeof SweepRequest>;

export interface SweepReply {
  /** The ids of the Workflows that were ended. */
  readonly ended: readonly string[];
  /** Absent if the worker stores no values. */
  readonly values?: unknown;
}

/** The id of the Schedule, and of its Workflows, to which the server appends the time. */
export const sweepScheduleId = (project: string): string => `baton-sweep/${project}`;
