// The contract between `orchestrate` and `callAgent`: what one call carries, and what comes back.
import { z } from 'zod';
import type { Origin } from './origin.js';
import { RetryPolicy } from './retry.js';
import { ReusePlace } from './reuse.js';

/** What a call cost. `calls` counts attempts that reached the agent. */
export const Usage = z.strictObject({ calls: z.number(), tokens: z.number(), usd: z.number() });
export type Usage = z.infer<typeof Usage>;

export const NO_USAGE: Usage = { calls: 0, tokens: 0, usd: 0 };

export const addUsage = (a: Usage, b: Usage | undefined): Usage =>
  b === undefined ? a : { calls: a.calls + b.calls, tokens: a.tokens + b.tokens, usd: a.usd + b.usd };

/** What a heartbeat carries, to the next attempt, or to the run where the last one is lost. */
const Noted = z.object({
  progress: z.unknown().optional(),
  /** By all attempts so far, calls aside; absent where none has said anything. */
  spent: Usage.omit({ calls: true }).optional().catch(undefined),
  /** Attempts so far that a breaker or a pool turned away. */
  refused: z.int().min(1).optional().catch(undefined),
  /** Which resource of a pool the attempt holds. */
  resource: z.string().optional().catch(undefined),
  /** The pool that the attempt waits for. */
  waitsFor: z.string().optional().catch(undefined),
});
export type Noted = z.infer<typeof Noted>;

/** Of an attempt that noted nothing there are no details. */
export function notedIn(details: unknown): Noted {
  const noted = details === undefined ? undefined : Noted.safeParse(details).data;
  return noted ?? {};
}

export const CallRequest = z.strictObject({
  run: z.string(),
  plan: z.string(),
  task: z.string(),
  /** The place of the item, in a forEach. */
  item: z.int().optional(),
  agent: z.string(),
  input: z.unknown(),
  /** The same for every attempt of this call, in this run and after any crash. */
  idempotencyKey: z.string(),
  /** Of a hedge: the activity of the call that it stands by. */
  hedgeOf: z.string().optional(),
  /** Hedges may stand by this call. */
  isHedged: z.boolean().optional(),
  /** Milliseconds that one attempt may take. */
  timeoutMs: z.number(),
  retry: RetryPolicy,
  /** The server does not count the attempts: those that never reach the agent are none. */
  countsAttempts: z.boolean().optional(),
  /** Another agent stands in: a breaker that is open ends the call at once. */
  hasFallback: z.boolean().optional(),
  /** Where to look for an answer to the same call before the agent is asked. */
  reuse: ReusePlace.optional(),
  /** It is answered from there, or not at all. */
  onlyRecall: z.literal(true).optional(),
  /** The agent is asked, whatever is remembered. */
  anew: z.boolean().optional(),
  /** Not this resource of the agent's pool, if there is another. */
  avoid: z.string().optional(),
  /** Milliseconds for which the answer is good for whoever asks the same; those of the agent, if absent. */
  cacheMs: z.number().optional(),
});
export type CallRequest = z.infer<typeof CallRequest>;

export interface CallReply {
  readonly output: unknown;
  readonly attempts: number;
  readonly usage: Usage;
  /** Of the agent that answered, if it has one. */
  readonly version?: string;
  /** Present where the agent was not asked. */
  readonly origin?: Origin;
}

/** First detail of every failure that `callAgent` throws. */
export interface CallFailureDetail {
  readonly attempts: number;
  /** True once the agent may have begun: a cancelled call then has an unknown outcome. */
  readonly began: boolean;
  readonly usage: Usage;
  readonly cause?: string;
  readonly details?: unknown;
}

/**
 * Bytes of JSON that one input or output may have. Temporal refuses payloads of 2 MiB; what remains is for the
 * envelope around the value.
 */
export const MAX_VALUE_BYTES = 2 * 1024 * 1024 - 64 * 1024;
