// What a run records for its trace. The records are data of the run: a worker that replays the run makes the same ones.
import { z } from 'zod';

/** One request to a language model. Times are in milliseconds since 1970. */
export const ModelCall = z.object({
  from: z.number(),
  to: z.number(),
  provider: z.string(),
  model: z.string(),
  /** The host and port of the model, if they are configured. */
  server: z.string().optional(),
  port: z.number().optional(),
  temperature: z.number().optional(),
  maxTokens: z.number().optional(),
  /** Present if the answer was to be JSON. */
  json: z.literal(true).optional(),
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  /** What the answer says of itself. */
  answeredBy: z.string().optional(),
  answerId: z.string().optional(),
  finish: z.string().optional(),
  error: z.string().optional(),
});
export type ModelCall = z.infer<typeof ModelCall>;

/** One attempt of a call, by the clock of its worker. The attempts of a call are in order. */
export const AttemptTiming = z.object({
  from: z.number(),
  /** Absent for an attempt that has not ended, as far as the attempts after it know: it was lost with its worker. */
  to: z.number().optional(),
  /** The type of its failure. */
  error: z.string().optional(),
  /** Why it failed, in words, cut. */
  message: z.string().optional(),
  /** Present in the first of a list that does not begin with attempt 1: its number. */
  number: z.int().min(2).optional(),
  /** It left no note of its end, usually because its worker was lost: it ran at some time between `from` and `to`. */
  approximate: z.literal(true).optional(),
  chats: z.array(ModelCall).optional(),
});
export type AttemptTiming = z.infer<typeof AttemptTiming>;

export interface Publication {
  /** The name of the broker. */
  readonly broker: string;
  readonly to: string;
  /** The id and the type of the event. */
  readonly id: string;
  readonly type: string;
}

export interface CallRecord {
  /** The name from which the ids of its spans are derived. */
  readonly span: string;
  /** The name of the task that it is part of; absent if that is not a task of this run's plan. */
  readonly parent?: string;
  readonly task: string;
  readonly item?: number;
  /** `fallback`, `race:AGENT`, `compensate`, …; absent for the first call of a task or item. */
  readonly suffix?: string;
  /** The agent that was called; absent for a publication. */
  readonly agent?: string;
  readonly version?: string;
  /** What was published, and where; absent for a call of an agent. */
  readonly publication?: Publication;
  readonly timings: readonly AttemptTiming[];
  /** When the call ended, as the run saw it. */
  readonly to: number;
  /** Why the last attempt failed, in words. */
  readonly message?: string;
}

export interface TaskRecord {
  readonly id: string;
  /** As in `CallRecord.parent`. */
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly from: number;
  readonly to: number;
  readonly attempts: number;
  /** The names of the tasks that it needs. */
  readonly needs: readonly string[];
  readonly agent?: string;
  readonly items?: { readonly total: number; readonly failed: number };
  readonly skip?: string;
  /** `reused` or `cached`: no agent was called. */
  readonly origin?: string;
  readonly error?: { readonly type: string; readonly message: string };
}

export interface RunRecord {
  readonly status: string;
  readonly from: number;
  readonly to: number;
  readonly tokens: number;
  readonly usd: number;
  readonly error?: { readonly type: string; readonly message: string };
}

/** The input of the activity `exportSpans`. */
export interface SpanBatch {
  readonly trace: string;
  readonly runId: string;
  readonly plan: string;
  readonly correlationId?: string;
  /** As the run was given it: the sampler reads its flags. */
  readonly traceparent?: string;
  /** The name from which the id of the run's span is derived; names of tasks follow it. */
  readonly name: string;
  /** The span above that of the run. */
  readonly parent?: string;
  /** Present in the last batch. */
  readonly run?: RunRecord;
  readonly tasks: readonly TaskRecord[];
  readonly calls: readonly CallRecord[];
}

/** Of a forEach, the calls of this many items have spans, and all calls that failed. */
export const MAX_ITEM_SPANS = 200;
