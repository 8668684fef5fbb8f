// What a run has come to: the value of its Workflow, the detail of its failure, and what `status` shows while it goes on.
import { z } from 'zod';
import { BudgetStanding } from './budget.js';
import { Usage } from './call.js';
import { Failure, RunFailure } from './failure.js';
import { TaskStatus } from './status.js';

export const RunStatus = z.enum(['running', 'paused', 'completed', 'failed', 'cancelled']);
export type RunStatus = z.infer<typeof RunStatus>;

export const TaskResult = z.strictObject({
  status: TaskStatus,
  agent: z.string().nullable(),
  attempts: z.int(),
  output: z.unknown(),
  failure: Failure.nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  skip: z
    .strictObject({ cause: z.enum(['condition', 'failure', 'budget']), because: z.string().optional() })
    .nullable(),
  /** `reused` and `cached` count those that were, where there are any. */
  items: z
    .strictObject({
      total: z.int(),
      succeeded: z.int(),
      failed: z.int(),
      reused: z.int().optional(),
      cached: z.int().optional(),
    })
    .nullable(),
  /** The run that the output was taken over from; of a forEach, if that is so for all of its items. */
  reused: z.string().optional(),
  /** Another run had asked the same not long ago. */
  cached: z.boolean().optional(),
  /** Items of a forEach that failed and were tolerated. */
  failures: z.array(z.strictObject({ index: z.int(), failure: Failure })).optional(),
  /** The plan that a planner made, and that ran. */
  plan: z.unknown().optional(),
  /** True while that plan waits for a person to say yes. */
  asks: z.boolean().optional(),
  /** Calls that wait for a lease of a pool, or for the breaker of an agent; only `status` knows them. */
  waits: z.strictObject({ pool: z.string().optional(), breaker: z.string().optional(), calls: z.int() }).optional(),
  /** Bytes of an output that was left out because the whole would not fit into one payload. */
  omittedBytes: z.int().optional(),
});
export type TaskResult = z.infer<typeof TaskResult>;

/** A plan that has failed, and in whose place another was run. */
export const ReplanNote = z.strictObject({
  failure: RunFailure,
  failed: z.array(z.strictObject({ task: z.string(), failure: Failure })),
  /** Tasks that had worked, or may have, and are not part of the new plan: undone if they say how. */
  dropped: z.array(z.string()),
  /** How often the run may be planned anew. */
  of: z.int(),
});
export type ReplanNote = z.infer<typeof ReplanNote>;

export const RunResult = z.strictObject({
  runId: z.string(),
  plan: z.string(),
  status: RunStatus,
  pausedBecause: z.string().optional(),
  output: z.unknown(),
  failure: RunFailure.nullable(),
  tasks: z.record(z.string(), TaskResult),
  /** Task ids in the order in which they were undone. */
  compensated: z.array(z.string()),
  /** Task ids that could not be undone. */
  debt: z.array(z.string()),
  usage: Usage,
  /** Of a run that was planned anew: the plans that failed, oldest first. */
  replans: z.array(ReplanNote).optional(),
  /** In the result of a sub-plan that was planned anew: the plan that it ended with. */
  replanned: z.unknown().optional(),
  /** Of a run that has a budget. */
  budget: BudgetStanding.optional(),
  /** The run that this one is a fork of. */
  forkOf: z.string().optional(),
  /** Whose run it is. */
  tenant: z.string().optional(),
  /** The forks of this run, newest first; only `status` knows them. */
  forks: z.array(z.string()).optional(),
  /** In the result of a sub-plan: what the run above needs to undo it. */
  undo: z.unknown().optional(),
});
export type RunResult = z.infer<typeof RunResult>;

/** A cancelled Workflow has no value: its result is in this memo. */
export const RESULT_MEMO = 'batonResult';
