// The plan language: what a person, a builder or a planner writes. Schema and type share one name.
// A task names its kind by having exactly one of the keys in TASK_KINDS; that, and all that spans tasks, is for validate.ts.
import { z } from 'zod';
import type { JsonSchema } from './agent.js';
import { Budget } from './budget.js';
import { callShape, Compensate, Fallbacks, Hedge, Race, Vote } from './call-forms.js';
import { Duration } from './duration.js';
import { Retry } from './retry.js';
import { Cache } from './reuse.js';

/** Task ids stand in expressions (`$tasks.<id>`), activity ids and pictures. */
export const TASK_ID = /^[A-Za-z][A-Za-z0-9_]*$/;
export const MAX_TASK_ID_LENGTH = 100;

/** Temporal fails a Workflow Task for ever above 2,000 pending activities; a quarter is kept for fallbacks and undoing. */
export const MAX_CONCURRENCY = 1500;
export const DEFAULT_CONCURRENCY = 100;
/** What one forEach may hold unless it says otherwise. */
export const DEFAULT_MAX_ITEMS = 10_000;
export const MAX_ITEMS = 100_000;
/** A planner that was wrong so often will not be right the next time. */
export const MAX_REPLANS = 10;
/** A chain of sub-plans deeper than this is a mistake: each level is a Workflow of its own. */
export const MAX_DEPTH = 10;

const Concurrency = z.int().min(1).max(MAX_CONCURRENCY);

export const Join = z.union([
  z.enum(['all-succeeded', 'none-failed', 'all-done', 'any-succeeded', 'any-failed']),
  z.strictObject({ atLeast: z.int().min(1) }),
]);
export type Join = z.infer<typeof Join>;

/** How many items of a forEach may fail: a count, or a share of all of them. */
export const Tolerate = z.union([
  z.int().min(0),
  z.string().regex(/^(?:100|\d{1,2}(?:\.\d+)?)%$/, 'expected a count or a percentage from "0%" to "100%"'),
]);
export type Tolerate = z.infer<typeof Tolerate>;

export const ForEach = z.strictObject({
  /** An expression that gives an array, or the array itself. */
  items: z.union([z.string(), z.array(z.unknown())]),
  concurrency: Concurrency.optional(),
  /** Items that may travel in one call. A bound, not a demand: today each item is a call of its own. */
  batch: z.int().min(1).max(10_000).optional(),
  tolerate: Tolerate.optional(),
  maxItems: z.int().min(1).max(MAX_ITEMS).optional(),
});
export type ForEach = z.infer<typeof ForEach>;

export const Approve = z.strictObject({
  title: z.string().min(1),
  description: z.string().optional(),
  timeout: Duration.optional(),
  onTimeout: z.enum(['reject', 'approve']).optional(),
});
export type Approve = z.infer<typeof Approve>;

/** A duration from now or an ISO 8601 time; both may be expressions. */
export const Wait = z.union([
  z.string().min(1),
  z.strictObject({ for: z.string().min(1) }),
  z.strictObject({ until: z.string().min(1) }),
]);
export type Wait = z.infer<typeof Wait>;

export const EventWait = z.union([
  z.string().min(1),
  z.strictObject({ name: z.string().min(1), timeout: Duration.optional() }),
]);
export type EventWait = z.infer<typeof EventWait>;

/** What is said of a planner wherever one is asked; Baton holds its plans to these limits. */
const planning = {
  /** The agent that plans. */
  planner: z.string().min(1),
  /** The agents that the plan may call; all that the worker has, but planner and aggregator, if absent. */
  agents: z.array(z.string().min(1)).min(1).optional(),
  /** Tasks of the plan, those of plans within it included; default 50. */
  maxTasks: z.int().min(1).max(10_000).optional(),
  /** Levels of decomposition, this one included; default 1: what is planned may not plan. */
  maxDepth: z.int().min(1).max(MAX_DEPTH).optional(),
  /** Items of each forEach; default 1,000. */
  maxItems: z.int().min(1).max(MAX_ITEMS).optional(),
  /** How often the planner is told what is wrong with its plan; default 2. */
  repairs: z.int().min(0).max(10).optional(),
  /** How often a plan that has failed is planned anew; default 2. */
  replans: z.int().min(1).max(MAX_REPLANS).optional(),
};

/** How a plan that has failed is planned anew. */
export const Replan = z.strictObject({
  /** What is to be reached, in plain words; the description of the plan, or its name, if absent. */
  goal: z.string().min(1).optional(),
  ...planning,
});
export type Replan = z.infer<typeof Replan>;

/** A planner agent makes the sub-plan when the run gets there. */
export const Decompose = z.strictObject({
  /** What is to be reached, in plain words; may be an expression. */
  goal: z.string().min(1),
  ...planning,
  /** The plan is planned anew when it has failed; undone if absent. */
  onFailure: z.literal('replan').optional(),
  /** What planner, plan and aggregator may spend together. */
  budget: Budget.optional(),
  /** A person sees the plan, may change it, and says yes or no. */
  approve: z.union([z.literal(true), Approve.partial({ title: true })]).optional(),
  /** Makes the final answer of what the plan gave: an expression over `$output`, or an agent that is given `{ goal, output }`. */
  aggregate: z.union([z.string().min(1), z.strictObject(callShape).omit({ input: true })]).optional(),
  /** The plan is the output; it is not run. */
  dryRun: z.boolean().optional(),
});
export type Decompose = z.infer<typeof Decompose>;

export const Priority = z.int().min(1).max(5);

export const Defaults = z.strictObject({
  timeout: Duration.optional(),
  heartbeat: Duration.optional(),
  deadline: Duration.optional(),
  retry: Retry.optional(),
  priority: Priority.optional(),
});
export type Defaults = z.infer<typeof Defaults>;

export const TASK_KINDS = ['agent', 'race', 'vote', 'plan', 'decompose', 'approve', 'wait', 'event'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** The kinds that call an agent, or several for one answer. */
export const CALLS_AGENTS: ReadonlySet<TaskKind> = new Set(['agent', 'race', 'vote']);

export const Task = z.strictObject({
  agent: z.string().min(1).optional(),
  race: Race.optional(),
  vote: Vote.optional(),
  plan: z.union([z.string().min(1), z.lazy((): z.ZodType<Plan> => Plan)]).optional(),
  decompose: Decompose.optional(),
  approve: Approve.optional(),
  wait: Wait.optional(),
  event: EventWait.optional(),
  description: z.string().optional(),
  needs: z.array(z.string()).optional(),
  when: z.union([z.string(), z.boolean()]).optional(),
  join: Join.optional(),
  input: z.unknown().optional(),
  forEach: ForEach.optional(),
  timeout: Duration.optional(),
  heartbeat: Duration.optional(),
  deadline: Duration.optional(),
  retry: Retry.optional(),
  hedge: Hedge.optional(),
  fallback: Fallbacks.optional(),
  compensate: Compensate.optional(),
  priority: Priority.optional(),
  /** An answer that is no older may be given again, whichever run asked for it. */
  cache: Cache.optional(),
  /** Left out once the budget of the run is at a soft limit. */
  optional: z.boolean().optional(),
});
export type Task = z.infer<typeof Task>;

export const OnFailure = z.enum(['compensate', 'stop', 'continue', 'replan']);
export type OnFailure = z.infer<typeof OnFailure>;

/** Everything of a plan but its tasks. */
export const PlanHead = z.strictObject({
  name: z.string().min(1).max(200),
  description: z.string().optional(),
  /** JSON Schema of the run's input. */
  input: z.union([z.boolean(), z.record(z.string(), z.unknown())]).optional(),
  defaults: Defaults.optional(),
  concurrency: Concurrency.optional(),
  onFailure: OnFailure.optional(),
  /** Stands beside `onFailure: replan`. */
  replan: Replan.optional(),
  budget: Budget.optional(),
  /** Any JSON, expressions in it; `null` if absent. */
  output: z.unknown().optional(),
});

export interface Plan extends Omit<z.infer<typeof PlanHead>, 'input'> {
  input?: JsonSchema | undefined;
  tasks: Record<string, Task>;
}
export const Plan: z.ZodType<Plan> = PlanHead.extend({
  tasks: z.record(z.string().regex(TASK_ID).max(MAX_TASK_ID_LENGTH), Task),
});

/** The kinds that a task names; a valid task names exactly one. */
export const kindsOf = (task: Readonly<Record<string, unknown>>): TaskKind[] =>
  TASK_KINDS.filter((kind) => task[kind] !== undefined);
