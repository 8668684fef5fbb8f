// The plan language: what a person, the builder or a planner writes. A schema and its type share one name.
// A task has exactly one of the keys in TASK_KINDS, which is its kind. `validate/` checks that, and all rules between tasks.
import { z } from 'zod';
import type { JsonSchema } from '../json/schema.js';
import { Budget } from '../budget/budget.js';
import { AgentType, callFields, Compensate, Fallbacks, Hedge, Race, Vote } from '../call/options.js';
import { Duration } from '../duration.js';
import { BrokerName } from '../event/broker-settings.js';
import { Retry } from '../call/retry.js';
import { Cache } from '../call/reuse.js';

/** Task ids occur in expressions (`$tasks.<id>`), activity ids and pictures. */
export const TASK_ID = /^[A-Za-z][A-Za-z0-9_]*$/;

export const MAX_TASK_ID_LENGTH = 100;

/** Temporal fails a Workflow Task for ever above 2,000 pending activities; a quarter is kept for fallbacks and undoing. */
export const MAX_CONCURRENCY = 1500;

export const DEFAULT_CONCURRENCY = 100;

/** The most items of a forEach without `maxItems`. */
export const DEFAULT_MAX_ITEMS = 10_000;

export const MAX_ITEMS = 100_000;

/** A planner that failed this often will not succeed the next time. */
export const MAX_REPLANS = 10;

/** A chain of sub-plans deeper than this is a mistake: each level is a Workflow of its own. */
export const MAX_DEPTH = 10;

const Concurrency = z.int().min(1).max(MAX_CONCURRENCY);

export const Join = z.union([
  z.enum(['all-succeeded', 'none-failed', 'all-done', 'any-succeeded', 'any-failed']),
  z.strictObject({ atLeast: z.int().min(1) }),
]);
export type Join = z.infer<typeof Join>;

/** How many items of a forEach may fail: a number, or a percentage of all items. */
export const Tolerate = z.union([
  z.int().min(0),
  z.string().regex(/^(?:100|\d{1,2}(?:\.\d+)?)%$/, 'expected a number of items, or a percentage from "0%" to "100%"'),
]);
export type Tolerate = z.infer<typeof Tolerate>;

const BatchSize = z.int().min(1).max(10_000);

export const ForEach = z.strictObject({
  /** An expression that gives an array, or the array itself. */
  items: z.union([z.string(), z.array(z.unknown())]),
  concurrency: Concurrency.optional(),
  /** Accepted, but without effect in this version, and validation warns: each item is a call of its own. */
  batch: z.union([BatchSize, z.strictObject({ max: BatchSize, wait: Duration.optional() })]).optional(),
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

/** The most characters. A longer text is data: it belongs into the data of the event, or into the input of the run. */
export const MAX_EVENT_NAME = 500;

export const EventWait = z.union([
  z.string().min(1),
  z.strictObject({ name: z.string().min(1), timeout: Duration.optional() }),
]);
export type EventWait = z.infer<typeof EventWait>;

/** An event to publish. `key`, `type` and `data` may be expressions. */
export const Publish = z.strictObject({
  /** The name of a broker of the configuration. */
  broker: BrokerName,
  /** A stream, a topic, a queue, or `exchange/routing.key`. */
  to: z.string().min(1).max(1_000),
  /** Events with the same key stay in their order. */
  key: z.string().min(1).optional(),
  /** The `type` of the CloudEvent. */
  type: z.string().min(1),
  /** JSON; `null` if absent. */
  data: z.unknown().optional(),
});
export type Publish = z.infer<typeof Publish>;

/** The settings of a planner, in every place that names one. Baton checks its plans against these limits. */
const planning = {
  /** The agent that plans. */
  planner: AgentType,
  /** The agents that the plan may call. Default: all agents of the worker except the planner and the aggregator. */
  agents: z.array(AgentType).min(1).optional(),
  /** The most tasks of the plan, including those of its sub-plans; default 50. */
  maxTasks: z.int().min(1).max(10_000).optional(),
  /** The most levels of decomposition, including this one; default 1: a generated plan must not contain a decomposition. */
  maxDepth: z.int().min(1).max(MAX_DEPTH).optional(),
  /** The most items of each forEach; default 1,000. */
  maxItems: z.int().min(1).max(MAX_ITEMS).optional(),
  /** How often the planner gets the problems of its plan and may correct it; default 2. */
  repairs: z.int().min(0).max(10).optional(),
  /** How often a failed plan is planned again; default 2. */
  replans: z.int().min(1).max(MAX_REPLANS).optional(),
};

/** How a failed plan is planned again. */
export const Replan = z.strictObject({
  /** The goal, in plain words. Default: the description of the plan, or its name. */
  goal: z.string().min(1).optional(),
  ...planning,
});
export type Replan = z.infer<typeof Replan>;

/** A task whose sub-plan a planner agent makes while the plan runs. */
export const Decompose = z.strictObject({
  /** The goal, in plain words; may be an expression. */
  goal: z.string().min(1),
  ...planning,
  /** If the plan fails, it is planned again. Default: it is undone. */
  onFailure: z.literal('replan').optional(),
  /** The budget of planner, plan and aggregator together. */
  budget: Budget.optional(),
  /** A person sees the plan, may change it, and approves or rejects it. */
  approve: z.union([z.literal(true), Approve.partial({ title: true })]).optional(),
  /** Makes the output from the result of the plan: an expression over `$output`, or an agent with the input `{ goal, output }`. */
  aggregate: z.union([z.string().min(1), z.strictObject(callFields).omit({ input: true })]).optional(),
  /** The plan is the output, and is not run. */
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

export const TASK_KINDS = [
  'agent',
  'race',
  'vote',
  'plan',
  'decompose',
  'approve',
  'wait',
  'event',
  'publish',
] as const;

export type TaskKind = (typeof TASK_KINDS)[number];

/** The kinds that call an agent, or several agents for one answer. */
export const CALLS_AGENTS: ReadonlySet<TaskKind> = new Set(['agent', 'race', 'vote']);

export const Task = z.strictObject({
  agent: AgentType.optional(),
  race: Race.optional(),
  vote: Vote.optional(),
  plan: z.union([z.string().min(1), z.lazy((): z.ZodType<Plan> => Plan)]).optional(),
  decompose: Decompose.optional(),
  approve: Approve.optional(),
  wait: Wait.optional(),
  event: EventWait.optional(),
  publish: Publish.optional(),
  description: z.string().optional(),
  needs: z.array(z.string()).optional(),
  when: z.union([z.string(), z.boolean()]).optional(),
  join: Join.optional(),
  input: z.unknown().optional(),
  forEach: ForEach.optional(),
  timeout: Duration.optional(),
  heartbeat: Duration.optional(),
  /** How long an attempt may be without a sign that the agent is working. */
  idle: Duration.optional(),
  deadline: Duration.optional(),
  retry: Retry.optional(),
  hedge: Hedge.optional(),
  fallback: Fallbacks.optional(),
  compensate: Compensate.optional(),
  priority: Priority.optional(),
  /** An answer that is not older than this may be used again, in any run. */
  cache: Cache.optional(),
  /** The task is skipped once the budget of the run has reached a soft limit. */
  optional: z.boolean().optional(),
});
export type Task = z.infer<typeof Task>;

export const OnFailure = z.enum(['compensate', 'stop', 'continue', 'replan']);
export type OnFailure = z.infer<typeof OnFailure>;

/** A plan without its tasks. */
export const PlanHead = z.strictObject({
  name: z.string().min(1).max(200),
  description: z.string().optional(),
  /** JSON Schema of the run's input. */
  input: z.union([z.boolean(), z.record(z.string(), z.unknown())]).optional(),
  defaults: Defaults.optional(),
  concurrency: Concurrency.optional(),
  onFailure: OnFailure.optional(),
  /** Required with `onFailure: replan`, and only allowed with it. */
  replan: Replan.optional(),
  budget: Budget.optional(),
  /** JSON with expressions; `null` if absent. */
  output: z.unknown().optional(),
  /** The address of the JSON Schema of plans, which editors read. Baton does not. */
  $schema: z.string().optional(),
});

export interface Plan extends Omit<z.infer<typeof PlanHead>, 'input'> {
  input?: JsonSchema | undefined;
  tasks: Record<string, Task>;
}

export const Plan: z.ZodType<Plan> = PlanHead.extend({
  tasks: z.record(z.string().regex(TASK_ID).max(MAX_TASK_ID_LENGTH), Task),
});

/** The kinds that a task names; a valid task has exactly one. */
export const kindsOf = (task: Readonly<Record<string, unknown>>): TaskKind[] =>
  TASK_KINDS.filter((kind) => task[kind] !== undefined);
