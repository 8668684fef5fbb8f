// The result of a run: the value of its Workflow, or the detail of its failure. `status` shows the same while the run is in progress.
import { z } from 'zod';
import { WaitingStart } from './queue/messages.js';
import { BudgetStanding } from '../budget/budget.js';
import { Job } from '../call/job.js';
import { Usage } from '../call/usage.js';
import { Failure, RunFailure } from '../failure.js';
import { TaskStatus } from '../task-status.js';
import { Question } from '../question.js';
import { ReplanNote } from '../progress/replan-note.js';
import { RunState, Waiting } from './waiting.js';

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
  /** `reused` and `cached` are absent if they would be 0. */
  items: z
    .strictObject({
      total: z.int(),
      succeeded: z.int(),
      failed: z.int(),
      reused: z.int().optional(),
      cached: z.int().optional(),
    })
    .nullable(),
  /** The run that the output was taken from; for a forEach, present if that is true for all of its items. */
  reused: z.string().optional(),
  /** True if the output came from the cache. */
  cached: z.boolean().optional(),
  /** Items of a forEach that failed and were tolerated. */
  failures: z.array(z.strictObject({ index: z.int(), failure: Failure })).optional(),
  /** The plan that a planner generated and that ran. */
  plan: z.unknown().optional(),
  /** True while that plan waits for approval. */
  asks: z.boolean().optional(),
  /** What a person is or was asked: title and description of the approval, as evaluated. */
  question: Question.optional(),
  /** Calls that wait for a lease of a pool, for the breaker of an agent, for a worker that has the agent, for the storage of large values, or for a person in another system. Only `status` fills it in. */
  waits: z
    .strictObject({
      pool: z.string().optional(),
      breaker: z.string().optional(),
      agent: z.string().optional(),
      /** The Task Queue of the agent, which no worker polls. */
      taskQueue: z.string().optional(),
      /** The place of the storage that cannot be used. */
      storage: z.string().optional(),
      /** What a person must do in another system: `task approve`, or the page where they do it. */
      job: z.string().optional(),
      calls: z.int(),
      /** When the next call may try, if it waits for a breaker. */
      until: z.string().optional(),
      /** Since when a worker could not use the storage. */
      since: z.string().optional(),
    })
    .optional(),
  /** The job that another system does for the task, while it is in progress. Only `status` fills it in. */
  job: Job.optional(),
  /** True if the output was left out when the run continued as new: nothing read it any more, and the rest would not have fitted. */
  outputDropped: z.boolean().optional(),
  /** The size in bytes of an output that was left out, for that reason or because the result did not fit into one payload. */
  omittedBytes: z.int().optional(),
});
export type TaskResult = z.infer<typeof TaskResult>;

export const RunResult = z.strictObject({
  runId: z.string(),
  plan: z.string(),
  status: RunStatus,
  pausedBecause: z.string().optional(),
  /** What a run in progress does, if `status` does not say it. */
  state: RunState.optional(),
  /** What the run waits for, with the command that answers; present if `state` is `waiting`. */
  waiting: z.array(Waiting).optional(),
  output: z.unknown(),
  failure: RunFailure.nullable(),
  tasks: z.record(z.string(), TaskResult),
  /** The number of tasks that were left out because the result did not fit into one payload. */
  omittedTasks: z.int().optional(),
  /** Task ids in the order in which they were undone. */
  compensated: z.array(z.string()),
  /**
   * What could not be undone: ids of tasks, and paths of tasks of sub-plans, `child/task`, `each[3]/task`. A sub-plan whose
   * Workflow ended without reporting what it has undone is listed as a whole.
   */
  debt: z.array(z.string()),
  usage: Usage,
  /** Present if the run was re-planned: the plans that failed, oldest first. */
  replans: z.array(ReplanNote).optional(),
  /** In the result of a sub-plan that was re-planned: the plan that it ended with. */
  replanned: z.unknown().optional(),
  /** Present if the run has a budget. */
  budget: BudgetStanding.optional(),
  /** Events that came by signal and could not be accepted: their number, the last one's name, and why it was dropped. */
  droppedEvents: z.strictObject({ count: z.int(), name: z.string(), reason: z.string() }).optional(),
  /** The run that this one was forked from. */
  forkOf: z.string().optional(),
  /** The run whose debt this one retries. */
  compensates: z.string().optional(),
  /** The runs that retried the debt of this one, oldest first. Only `status` fills it in. */
  compensations: z.array(z.string()).optional(),
  /** The tenant that the run belongs to. */
  tenant: z.string().optional(),
  /** As the caller gave it. */
  correlationId: z.string().optional(),
  /** Present if the run is traced. */
  traceId: z.string().optional(),
  /** The forks of this run, newest first. Only `status` fills it in. */
  forks: z.array(z.string()).optional(),
  /** Starts of this id that wait until this run has ended, in their order. Only `status` fills it in. */
  queuedStarts: z.array(WaitingStart).optional(),
  /** In the result of a sub-plan: what its parent needs to undo it. */
  undo: z.unknown().optional(),
});
export type RunResult = z.infer<typeof RunResult>;

/** The memo with the result of a cancelled run: Temporal keeps no value for a cancelled Workflow. */
export const RESULT_MEMO = 'batonResult';
