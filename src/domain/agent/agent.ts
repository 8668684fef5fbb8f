// An agent: a type, two schemas, some settings, and a function that does the work. Every kind of agent (function, http, command, …)
// has this shape, and no other code depends on the kind.
import { z } from 'zod';
import { BreakerSettings } from '../breaker/settings.js';
import { Estimate } from '../budget/budget.js';
import type { Usage } from '../call/usage.js';
import { ByteCount } from '../byte-count.js';
import { Duration } from '../duration.js';
import { HealthCheck } from '../health-check.js';
import { RateLimit } from './rate-limit.js';
import { PoolUse } from '../pool/agent-pool.js';
import { MAX_CAPACITY, type LeasedResource } from '../pool/settings.js';
import { Retry } from '../call/retry.js';
import { Cache } from '../call/reuse.js';
import type { JsonSchema } from '../json/schema.js';
import type { ModelCall } from '../trace/record.js';
import type { Redactor, SecretSource, SecretUse } from '../secret.js';

/** The schema of an input or an output. */
export type AgentSchema<T = unknown> = z.ZodType<T> | JsonSchema;

/** The name is a field of Temporal's protocol, which cannot hold half of a surrogate pair. */
export const TaskQueue = z
  .string()
  .min(1)
  .refine((name) => name.isWellFormed(), 'expected text without unpaired surrogates');

/** The settings that every kind of agent has, in code and in data files. */
export const AgentSettings = z.strictObject({
  type: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9._/-]{0,99}$/,
      'expected a letter, then letters, digits, ".", "_", "/" or "-", at most 100',
    ),
  description: z.string().optional(),
  /** Outputs of one version are not used for another, neither by a run that reuses old outputs nor by the cache. */
  version: z.string().min(1).max(100).optional(),
  /** How long an answer may be used again for the same input, in any run. */
  cache: Cache.optional(),
  /** How long one attempt may take. */
  timeout: Duration.optional(),
  /** How long the server waits for a heartbeat of the worker before the attempt counts as lost. */
  heartbeat: Duration.optional(),
  /** How long an attempt may be without a sign that the agent is working. Heartbeats are those of the worker, and do not count. */
  idle: Duration.optional(),
  retry: Retry.optional(),
  /** What one call is expected to use: this is reserved from the run's budget. Default: one call, no tokens, no money. */
  estimate: Estimate.optional(),
  /** The most that one output may have, as JSON: a larger one is a failure, and calls start only if that much fits into the history. */
  maxOutput: ByteCount.optional(),
  /** The Task Queue whose workers have this agent. Default: that of the run. */
  taskQueue: TaskQueue.optional(),
  /** How often the agent may be called, by all runs together. */
  rateLimit: RateLimit.optional(),
  /** Health check of the agent. */
  health: HealthCheck.optional(),
  /** Circuit breaker: stops calling the agent while it is failing. */
  breaker: BreakerSettings.optional(),
  /** Number of calls at the same time, by all runs and workers together. Used instead of a pool. */
  capacity: z.int().min(1).max(MAX_CAPACITY).optional(),
  /** Pool: each call holds a lease on one of its resources. */
  pool: PoolUse.optional(),
  /** In a plan made by a planner, a task may call this agent only after an approval by a person. */
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
 * Milliseconds that an agent may take to end once its signal has aborted; then its call is given up. A timeout outside the call
 * (a Workflow's `startToCloseTimeout`) must be longer by this, or it ends the call before the call can report its failure.
 */
export const ABORT_GRACE_MS = 10_000;

/** How long a call may wait for a pool before it makes room for another call, and is retried. */
export const LONGEST_LEASE_WAIT_MS = 5 * 60_000;

/** A request to the consumers of a queue, which the worker sends as a CloudEvent. */
export interface QueueRequest {
  /** The name of a broker of the worker. */
  readonly broker: string;
  /** A stream, queue or topic; for RabbitMQ also `exchange/routing.key`. */
  readonly to: string;
  /** JSON. */
  readonly data: unknown;
}

/** The message of the consumer that replied. */
export interface QueueReply {
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/** What an agent is given together with its input. */
export interface AgentContext {
  /** Aborts when the call is cancelled, times out, or the worker shuts down. */
  readonly signal: AbortSignal;
  /** The number of this attempt; the first is 1. */
  readonly attempt: number;
  /** The same for every attempt of a call: pass it to services, so that they do the work only once. */
  readonly idempotencyKey: string;
  /** Notes how far the work is, as JSON; the next attempt gets it as `lastProgress`. */
  progress(this: void, value: unknown): void;
  /** The last progress of the attempt before this one; `undefined` in the first. */
  readonly lastProgress: unknown;
  /** To be called as a sign that the agent is working, where `idle` is set. `progress` is such a sign, too. */
  active?(this: void): void;
  readonly log: AgentLog;
  /**
   * Reads a secret that the worker allows, by its name. From then on its value is replaced by `[secret NAME]` in what the call
   * answers, throws, logs and notes as progress. Throws `SecretRefused` or `SecretMissing`; `what` begins the message,
   * `hint` ends it if a variable is not set.
   */
  secret(this: void, source: string | SecretSource, what?: string, hint?: string): Promise<string>;
  /** Replaces the secrets of this call: to be used before text is cut, because half a secret is not found. */
  readonly redactor: Redactor;
  /** Adds to the usage of this call. */
  usage(this: void, spent: Partial<Pick<Usage, 'tokens' | 'usd'>>): void;
  /** The most bytes of JSON that the output may have. */
  readonly maxOutputBytes: number;
  /**
   * Sends a request to a broker, and resolves with its reply. It waits until the signal aborts. Throws an `AgentError` if the request
   * cannot be sent. Absent if the worker has no brokers.
   */
  readonly request?: (this: void, request: QueueRequest) => Promise<QueueReply>;
  /** The URL of a broker of the worker, with its password. Absent if the worker has no brokers. Throws an `AgentError`. */
  readonly brokerUrl?: (this: void, name: string) => Promise<string>;
  /** The resource that the call holds, if its agent has a pool. */
  readonly resource?: LeasedResource;
  readonly correlation: {
    readonly run: string;
    readonly plan: string;
    readonly task: string;
    readonly item?: number;
    /** The correlation id of the run, if it has one. */
    readonly id?: string;
    /** The place of this attempt in the trace, for the header `traceparent`, if the run has a trace. */
    readonly traceparent?: string;
  };
  /** Notes a request to a language model, for the trace of the run. */
  modelCalled?(this: void, chat: ModelCall): void;
}

export interface Agent<I = unknown, O = unknown> extends AgentSettings {
  /** `function`, `http`, `command`, …: shown to people, and never used for a decision. */
  readonly kind: string;
  readonly input?: AgentSchema<I>;
  readonly output?: AgentSchema<O>;
  /** The secrets that its settings name. */
  readonly secrets?: readonly SecretUse[];
  /** Milliseconds that it may take to end once its signal has aborted; default `ABORT_GRACE_MS`. */
  readonly graceMs?: number;
  /** Workers in other languages have it: its calls go from the run to its Task Queue, and past the workers of this package. */
  readonly isRemote?: true;
  /** Where it sends requests, if it is behind a queue. */
  readonly requests?: Pick<QueueRequest, 'broker' | 'to'>;
  /** A broker of the worker whose protocol it speaks itself, and the kinds that it may have. */
  readonly speaksTo?: { readonly broker: string; readonly kinds: readonly string[] };
  /** The program that it starts, if it does. */
  readonly program?: { readonly name: string; readonly cwd?: string };
  run(this: void, input: I, context: AgentContext): Promise<O>;
}

/** What the Workflow `orchestrate` must know of an agent to schedule its calls. Part of the run's input. */
export const AgentCard = AgentSettings.pick({
  timeout: true,
  heartbeat: true,
  retry: true,
  estimate: true,
  maxOutput: true,
  taskQueue: true,
}).extend({
  /** The agent has a rate limit and no Task Queue of its own: its calls go to the queue that `limitedQueue` names. */
  isLimited: z.boolean().optional(),
  /** The agent has a circuit breaker or a pool: its calls may wait, or be turned away, which does not count as an attempt. */
  guarded: z.boolean().optional(),
  /** Present if it may take another time to end, once its signal has aborted, than other agents. */
  graceMs: z.number().min(0).optional(),
  /** Workers in other languages make its calls. */
  isRemote: z.literal(true).optional(),
  /** Of a remote agent, whose workers do not have the configuration. For others, their workers know it. */
  idle: Duration.optional(),
});
export type AgentCard = z.infer<typeof AgentCard>;
