// The messages between a worker and a pool. Names are part of histories, and never change.
// P1. A worker reports all that it holds and wants, in the numbered turns of a session. A turn that comes late or twice has no effect.
// P2. The pool numbers its grants. A turn contains the number of the last grant that the worker has seen, which is part of what it
//     holds; the pool counts all later grants as held, too.
// P3. The pool ends a session without a turn for the time to live, by the clock of the server. The worker gives up its leases the
//     time to live, less a margin, after it sent the last answered turn, by its own clock. Two durations; no clocks are compared.
import { z } from 'zod';
import type { PoolPolicy, ResourceFacts } from './settings.js';

/** The name under which the Workflow is registered. */
export const RESOURCE_POOL = 'resourcePool';

export const POOL_MESSAGES = { sync: 'sync', alter: 'alter', status: 'status' } as const;

/** The scope is a project, or the Task Queue that the pool names. */
export const poolWorkflowId = (scope: string, pool: string): string => `baton-pool/${scope}/${pool}`;

const Count = z.int().min(0);

/** One kind of waiting call. Calls of the same kind are counted together. */
export const Want = z.strictObject({
  /** 1 to 5; 1 is the most urgent. */
  priority: z.int(),
  /** For a sticky pool: calls with the same key go to the same resource. */
  key: z.string().optional(),
  /** A resource that is used only if there is no other. */
  avoid: z.string().optional(),
  /** Tokens that the call is expected to use. */
  tokens: z.number().optional(),
});
export type Want = z.infer<typeof Want>;

export const isSameWant = (a: Want, b: Want): boolean =>
  a.priority === b.priority && a.key === b.key && a.avoid === b.avoid && a.tokens === b.tokens;

const Throttled = z.strictObject({ resource: z.string(), retryAfterMs: z.number().optional() });
export type Throttled = z.infer<typeof Throttled>;

/** `ill`: why the resource is not healthy; `null`: it is healthy. */
const HealthNews = z.strictObject({ resource: z.string(), ill: z.string().nullable() });
export type HealthNews = z.infer<typeof HealthNews>;

/** The hash of a worker's settings, and when they were deployed, in milliseconds since 1970. */
const ConfigMark = z.strictObject({ hash: z.string(), since: z.number() });
export type ConfigMark = z.infer<typeof ConfigMark>;

export const Sync = z.strictObject({
  /** The worker's own Task Queue. */
  worker: z.string(),
  session: z.string(),
  turn: z.int().min(1),
  /** The version of the last grant that is part of `held`. */
  seen: Count,
  held: z.record(z.string(), Count),
  wants: z.array(z.strictObject({ want: Want, count: Count })),
  /** Calls that succeeded in this session so far, by resource. */
  done: z.record(z.string(), Count),
  /** Tokens used in this session so far, less those expected; may be below zero. */
  spent: z.number(),
  throttled: z.array(Throttled),
  health: z.array(HealthNews),
  config: ConfigMark,
  /** The worker's settings, after the pool requested them. */
  policy: z.custom<PoolPolicy>((value) => typeof value === 'object' && value !== null).optional(),
  /** The last turn: nothing is held or wanted. */
  ends: z.boolean().optional(),
});
export type Sync = z.infer<typeof Sync>;

/** Leases that were granted together, for calls of the kind `want`. */
export interface Grant {
  readonly version: number;
  readonly resource: string;
  readonly want: Want;
  readonly count: number;
}

/** From the pool to a worker: the answer to its turn, or a push when it gets a lease. */
export interface PoolNews {
  readonly session: string;
  /** The pool has ended the session: its leases are lost. */
  readonly lost?: true;
  /** Grants that the worker has not acknowledged, oldest first. */
  readonly grants: readonly Grant[];
  /** The most urgent priority of the calls of others that wait; absent: none waits, and a free lease may be kept for a moment. */
  readonly othersWait?: number;
  /** Resources whose leases must not serve another call. */
  readonly giveBack: readonly string[];
  /** The resources of these grants. */
  readonly resources: Readonly<Record<string, Pick<ResourceFacts, 'endpoint' | 'labels'>>>;
  /** Whether this session checks the health of the resources. */
  readonly isChecker: boolean;
  /** The settings of another worker hold, because it started later. */
  readonly isOverruled: boolean;
  /** This worker's settings are the newest, and the pool requests them. */
  readonly wantsPolicy: boolean;
}

/** How a person may change a pool while it is in use. */
export const Alteration = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('add'), resource: z.custom<ResourceFacts>((value) => typeof value === 'object') }),
  z.strictObject({ do: z.literal('drain'), id: z.string() }),
  z.strictObject({ do: z.literal('remove'), id: z.string() }),
]);
export type Alteration = z.infer<typeof Alteration>;
