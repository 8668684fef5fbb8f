// What a worker and a pool say to each other. Names are history.
// P1. A worker says what it holds and wants, as a whole, in turns of a session: what comes late, or twice, alters nothing.
// P2. The pool numbers what it grants. What the worker says it has seen is in what it holds; the rest the pool counts as given.
// P3. The pool forgets a session that has been silent for the time to live, by the clock of the server; the worker gives its
//     leases up so long after it sent the last turn that was answered, less a margin, by its own. Two durations, no clocks compared.
import { z } from 'zod';
import type { PoolPolicy, ResourceFacts } from './settings.js';

/** The name under which the Workflow is registered. */
export const RESOURCE_POOL = 'resourcePool';

export const POOL_MESSAGES = { sync: 'sync', alter: 'alter', status: 'status' } as const;

export const poolWorkflowId = (taskQueue: string, pool: string): string => `baton-pool/${taskQueue}/${pool}`;

const Count = z.int().min(0);

/** One kind of call that waits: what is alike is counted. */
export const Want = z.strictObject({
  /** 1 to 5; 1 goes first. */
  priority: z.int(),
  /** Of a sticky pool. */
  key: z.string().optional(),
  /** Not this resource, if there is another. */
  avoid: z.string().optional(),
  /** What the call is expected to use. */
  tokens: z.number().optional(),
});
export type Want = z.infer<typeof Want>;

export const sameWant = (a: Want, b: Want): boolean =>
  a.priority === b.priority && a.key === b.key && a.avoid === b.avoid && a.tokens === b.tokens;

const Throttled = z.strictObject({ resource: z.string(), retryAfterMs: z.number().optional() });
export type Throttled = z.infer<typeof Throttled>;

/** `ill` says why; `null`: it is well. */
const HealthNews = z.strictObject({ resource: z.string(), ill: z.string().nullable() });
export type HealthNews = z.infer<typeof HealthNews>;

/** The settings that a worker has, by hash, and since when. */
const ConfigMark = z.strictObject({ hash: z.string(), since: z.number() });
export type ConfigMark = z.infer<typeof ConfigMark>;

export const Sync = z.strictObject({
  /** Its private Task Queue. */
  worker: z.string(),
  session: z.string(),
  turn: z.int().min(1),
  /** The last grant that is in `held`. */
  seen: Count,
  held: z.record(z.string(), Count),
  wants: z.array(z.strictObject({ want: Want, count: Count })),
  /** Calls that have succeeded, by resource, in this session so far. */
  done: z.record(z.string(), Count),
  /** Used above what was expected, in this session so far; may be below zero. */
  spent: z.number(),
  throttled: z.array(Throttled),
  health: z.array(HealthNews),
  config: ConfigMark,
  /** Sent where they were asked for. */
  policy: z.custom<PoolPolicy>((value) => typeof value === 'object' && value !== null).optional(),
  /** The last turn: nothing is held or wanted. */
  ends: z.boolean().optional(),
});
export type Sync = z.infer<typeof Sync>;

/** Leases that came at once; `want` is what they answer. */
export interface Grant {
  readonly version: number;
  readonly resource: string;
  readonly want: Want;
  readonly count: number;
}

/** To a worker: in answer to its turn, or pushed when something has come free for it. */
export interface PoolNews {
  readonly session: string;
  /** The pool does not know the session any more: nothing of what it held is held. */
  readonly lost?: true;
  /** What is not known to have been seen, oldest first. */
  readonly grants: readonly Grant[];
  /** The most urgent priority of others who wait; absent: nobody does, and what is free may be kept for a moment. */
  readonly othersWait?: number;
  /** Not to be used for another call. */
  readonly giveBack: readonly string[];
  /** Of what is granted here. */
  readonly resources: Readonly<Record<string, Pick<ResourceFacts, 'endpoint' | 'labels'>>>;
  /** It is this session that looks after the health of the resources. */
  readonly isChecker: boolean;
  /** The settings of another worker hold, which started later. */
  readonly isOverruled: boolean;
  /** The settings of this worker are the newest, and not known yet. */
  readonly wantsPolicy: boolean;
}

/** What a person may do to a pool while it is at work. */
export const Alteration = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('add'), resource: z.custom<ResourceFacts>((value) => typeof value === 'object') }),
  z.strictObject({ do: z.literal('drain'), id: z.string() }),
  z.strictObject({ do: z.literal('remove'), id: z.string() }),
]);
export type Alteration = z.infer<typeof Alteration>;
