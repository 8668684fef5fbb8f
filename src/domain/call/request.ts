// The contract between `orchestrate` and `callAgent`: what one call carries, and what comes back.
import { z } from 'zod';
import { CORRELATION_FIELDS } from '../trace/correlation.js';
import { AttemptTiming } from '../trace/record.js';
import type { Origin } from './origin.js';
import { RetryPolicy } from './retry.js';
import { ReuseSource } from './reuse.js';
import { Usage } from './usage.js';

/** What a heartbeat carries to the next attempt, or to the run if the last attempt is lost. Property names are stored by the server. */
export const AttemptNotes = z.object({
  progress: z.unknown().optional(),
  /** Usage of all attempts so far, without `calls`; absent if none has reported any. */
  spent: Usage.omit({ calls: true }).optional().catch(undefined),
  /** The number of attempts so far that a breaker, a pool or a worker without the agent turned away. */
  refused: z.int().min(1).optional().catch(undefined),
  /** The resource of a pool that the attempt holds. */
  resource: z.string().optional().catch(undefined),
  /** The pool that the attempt waits for. */
  waitsFor: z.string().optional().catch(undefined),
  /** The number of the last attempt that recorded its end, as the server counts attempts. */
  ended: z.int().min(1).optional().catch(undefined),
  /** The attempt has called the agent, which has not answered yet. */
  open: z.literal(true).optional().catch(undefined),
  /** The first attempt that got no answer, in words. */
  unanswered: z.string().optional().catch(undefined),
  /** The last attempts were taken by workers that do not have the agent: how many, and since when (the server's clock). */
  missing: z.object({ agent: z.string(), since: z.number(), times: z.int() }).optional().catch(undefined),
  /** Of a traced call, and of one that has failed before: the attempts so far that count. */
  timings: z.array(AttemptTiming).optional().catch(undefined),
});
export type AttemptNotes = z.infer<typeof AttemptNotes>;

/** The notes in heartbeat details; empty if there are none, or if they cannot be read. */
export function parseAttemptNotes(details: unknown): AttemptNotes {
  const notes = details === undefined ? undefined : AttemptNotes.safeParse(details).data;
  return notes ?? {};
}

export const CallRequest = z.strictObject({
  run: z.string(),
  plan: z.string(),
  task: z.string(),
  /** The index of the item, in a forEach. */
  item: z.int().optional(),
  agent: z.string(),
  input: z.unknown(),
  /** The same for every attempt of this call, in this run and after any crash. */
  idempotencyKey: z.string(),
  /** Present for a hedge: the activity id of the call that it repeats. */
  hedgeOf: z.string().optional(),
  /** This call may be hedged. */
  isHedged: z.boolean().optional(),
  /** The time limit of one attempt, in milliseconds. */
  timeoutMs: z.number(),
  /** How long an attempt may be without a sign that the agent is working; absent: as the agent declares. */
  idleMs: z.number().optional(),
  retry: RetryPolicy,
  /** `callAgent` counts the attempts, not the server: an attempt that never reaches the agent does not count. */
  countsAttempts: z.boolean().optional(),
  /** The task has a fallback for this call, so an open breaker fails the call immediately. */
  hasFallback: z.boolean().optional(),
  /** Where to look for an answer to the same call before the agent is called. */
  reuse: ReuseSource.optional(),
  /** Only an answer found there counts; the agent is not called. */
  onlyRecall: z.literal(true).optional(),
  /** The agent is called even if an answer is known from before. */
  anew: z.boolean().optional(),
  /** Prefer any other resource of the agent's pool to this one. */
  avoid: z.string().optional(),
  /** For how many milliseconds the answer may be reused for the same call; absent: as the agent declares. */
  cacheMs: z.number().optional(),
  ...CORRELATION_FIELDS,
  /** The most bytes of JSON that the output may have; absent: as the agent declares. */
  maxOutputBytes: z.int().min(1).optional(),
  /** The run passes the output on unopened: if it is large, the reply has a reference to it. */
  byReference: z.literal(true).optional(),
});
export type CallRequest = z.infer<typeof CallRequest>;

export interface CallReply {
  readonly output: unknown;
  readonly attempts: number;
  readonly usage: Usage;
  /** The version of the agent that answered, if it has one. */
  readonly version?: string;
  /** Present if the agent was not called. */
  readonly origin?: Origin;
  /** Of a traced call, and of one that was attempted several times: its attempts. */
  readonly timings?: readonly AttemptTiming[];
}

/** The first detail of every failure that `callAgent` throws. */
export interface CallFailureDetail {
  readonly attempts: number;
  /** True if this attempt had called the agent: a cancelled call then has an unknown outcome. */
  readonly began: boolean;
  readonly usage: Usage;
  readonly cause?: string;
  readonly details?: unknown;
  /** The first attempt that got no answer, in words. Absent if each was answered or never reached the agent. */
  readonly unanswered?: string;
  /** The last attempt was lost with its worker: its usage is unknown. */
  readonly lost?: true;
  /** Of a traced call, and of one that was attempted several times: its attempts. */
  readonly timings?: readonly AttemptTiming[];
}
