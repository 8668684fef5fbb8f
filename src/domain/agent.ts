// An agent, seen from a plan: a type, two schemas, some settings, and a function that does the work.
// Every kind of agent (function, http, command, …) becomes this one shape; nothing else asks which kind it has.
import { z } from 'zod';
import { BreakerSettings } from './breaker/settings.js';
import { Estimate } from './budget.js';
import type { Usage } from './call.js';
import { Duration } from './duration.js';
import { HealthCheck } from './health.js';
import { RateLimit } from './rate-limit.js';
import { PoolUse } from './pool/use.js';
import { MAX_CAPACITY, type LeasedResource } from './pool/settings.js';
import { Retry } from './retry.js';
import { Cache } from './reuse.js';

/** A JSON Schema, draft 2020-12 or 07. */
export type JsonSchema = Readonly<Record<string, unknown>> | boolean;

/** What an agent may declare of its input and output. */
export type AgentSchema<T = unknown> = z.ZodType<T> | JsonSchema;

/** Settings that every kind of agent has, in code and in data files alike. */
export const AgentSettings = z.strictObject({
  type: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9._/-]{0,99}$/,
      'expected a letter, then letters, digits, ".", "_", "/" or "-", at most 100',
    ),
  description: z.string().optional(),
  /** Another version is another agent to a run that reuses old outputs, and to the cache. */
  version: z.string().min(1).max(100).optional(),
  /** Its answers are good for that long for whoever asks the same. */
  cache: Cache.optional(),
  /** How long one attempt may take. */
  timeout: Duration.optional(),
  /** How long the worker may be silent before the attempt counts as lost. */
  heartbeat: Duration.optional(),
  retry: Retry.optional(),
  /** What one call is expected to use, where a run has a budget; default one call, no tokens, no money. */
  estimate: Estimate.optional(),
  /** The Task Queue whose workers have this agent; the run's own if absent. */
  taskQueue: z.string().min(1).optional(),
  /** How often it may be called, by all runs together. */
  rateLimit: RateLimit.optional(),
  /** How it is told whether it is well. */
  health: HealthCheck.optional(),
  /** Leaves it alone while it fails. */
  breaker: BreakerSettings.optional(),
  /** Calls at once, by all runs and workers together; in place of a pool. */
  capacity: z.int().min(1).max(MAX_CAPACITY).optional(),
  /** Each call holds a lease of a resource of this pool. */
  pool: PoolUse.optional(),
  /** A plan that a planner made may call it only after a person has said yes to that: behind a task that approves. */
  sensitive: z.boolean().optional(),
});
export type AgentSettings = z.infer<typeof AgentSettings>;

export interface AgentLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/**
 * Milliseconds that an agent has to end once its signal has aborted; then its call is given up. Whoever sets a timeout
 * outside the call (a Workflow's `startToCloseTimeout`) adds this to it, or the call can never say what happened.
 */
export const ABORT_GRACE_MS = 10_000;

/** How long a call may wait for a place in a pool before it makes room for another; it tries again then. */
export const LONGEST_LEASE_WAIT_MS = 5 * 60_000;

/** What an agent is given beside its input. */
export interface AgentContext {
  /** Aborts when the call is cancelled, times out, or the worker shuts down. */
  readonly signal: AbortSignal;
  /** Which try this is; the first is 1. */
  readonly attempt: number;
  /** The same for every attempt: hand it to whatever must not be done twice. */
  readonly idempotencyKey: string;
  /** Notes how far the work is (JSON); the next attempt finds it in `lastProgress`. */
  progress(this: void, value: unknown): void;
  /** What the attempt before this one noted last; `undefined` on the first. */
  readonly lastProgress: unknown;
  readonly log: AgentLog;
  /** Adds to what this call has cost. */
  usage(this: void, spent: Partial<Pick<Usage, 'tokens' | 'usd'>>): void;
  /** What the call holds of a pool, if its agent has one. */
  readonly resource?: LeasedResource;
  readonly correlation: { readonly run: string; readonly plan: string; readonly task: string; readonly item?: number };
}

export interface Agent<I = unknown, O = unknown> extends AgentSettings {
  /** How it is reached: `function`, `http`, `command`, …; shown to people, never branched on. */
  readonly kind: string;
  readonly input?: AgentSchema<I>;
  readonly output?: AgentSchema<O>;
  run(this: void, input: I, context: AgentContext): Promise<O>;
}

/** What `orchestrate` must know of an agent to schedule its calls; data, carried in the run's input. */
export const AgentCard = AgentSettings.pick({
  timeout: true,
  heartbeat: true,
  retry: true,
  estimate: true,
  taskQueue: true,
}).extend({
  /** It has a rate limit, and names no Task Queue: its own lies beside that of the run. */
  isLimited: z.boolean().optional(),
  /** A breaker or a pool stands before it: calls may be turned away, which is no attempt, and may wait. */
  guarded: z.boolean().optional(),
});
export type AgentCard = z.infer<typeof AgentCard>;
