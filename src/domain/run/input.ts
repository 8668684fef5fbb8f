// The input of a run, and what the run carries along when it continues as new.
import { z } from 'zod';
import { AgentCard } from '../agent/agent.js';
import { MAX_STORED_VALUE_BYTES, MAX_VALUE_BYTES } from '../json/byte-size.js';
import { Budget } from '../budget/budget.js';
import type { Progress, Undo } from '../progress/state.js';
import { Reuse } from '../call/reuse.js';
import type { Rules } from '../rules.js';
import { CorrelationId, Traceparent } from '../trace/correlation.js';
import { Tenant } from './tenant.js';

/** State that a run hands to its own continuation. Trusted without validation. */
export interface CarriedState {
  readonly progress: Progress;
  /** The data of events that no task has taken yet, oldest first, by name. */
  readonly inbox: Record<string, unknown[]>;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** As in `RunFacts`. */
  readonly scheduledAt?: number;
  /** Absent means 1. */
  readonly rules?: Rules;
  /** The run sends notices. */
  readonly notifies?: true;
  /** Of a traced run: tasks that ended before have been exported. Milliseconds since 1970. */
  readonly tracedUntil?: number;
}

export const RunInput = z.strictObject({
  /** Parsed again by the Workflow, because other clients than Baton's may start it. */
  plan: z.unknown(),
  input: z.unknown().optional(),
  /** Plans that tasks refer to by name. */
  plans: z.record(z.string(), z.unknown()).optional(),
  /** Settings of agents, by type. For an agent that is not listed the defaults apply. */
  agents: z.record(z.string(), AgentCard).optional(),
  /** What this run may spend. Each limit replaces the same limit of the plan. */
  budget: Budget.optional(),
  /** The tenant that the run belongs to; absent if none was given. */
  tenant: Tenant.optional(),
  /** True if this server has the search attributes of Baton. */
  searchable: z.boolean().optional(),
  /** Present in a sub-plan: the run and the task that it belongs to, and its level (1 for a sub-plan of a top-level run). */
  parent: z.strictObject({ run: z.string(), task: z.string(), depth: z.int() }).optional(),
  /** Present in a fork: where to find answers of the old run, which are reused if nothing has changed. */
  reuse: Reuse.optional(),
  /** In a sub-plan of a fork: no earlier answer is reused. */
  anew: z.boolean().optional(),
  /** The most bytes of JSON that one payload of the run may have. Absent means `MAX_VALUE_BYTES`; more if its payloads are stored. */
  valueLimit: z.int().min(1).max(MAX_STORED_VALUE_BYTES).optional(),
  /**
   * Present in a run that follows another one of the same id, and in its sub-plans: the idempotency keys of its calls have it, so that
   * agents do not take them for calls of the run before.
   */
  occurrence: z.string().optional(),
  /** Given by the caller, and passed on to everything that the run calls. */
  correlationId: CorrelationId.optional(),
  /** The place in the trace of the caller, as it was given; sub-plans have the same. */
  traceparent: Traceparent.optional(),
  /** Present if the run is traced. In a sub-plan: the trace, and the span of the task that it belongs to. */
  trace: z
    .strictObject({
      id: z.string().optional(),
      parent: z.string().optional(),
      /** In a sub-plan of an item beyond `MAX_ITEM_SPANS`: it has spans only if it fails. */
      isCapped: z.literal(true).optional(),
    })
    .optional(),
  carried: z.custom<CarriedState>((value) => typeof value === 'object' && value !== null).optional(),
  /** The run whose debt this one retries; present only together with `undo`. */
  compensates: z.string().optional(),
  /** The ended run to undo, instead of running the plan. */
  undo: z.custom<Undo>((value) => typeof value === 'object' && value !== null).optional(),
});
export type RunInput = z.infer<typeof RunInput>;

export const valueLimitOf = ({ valueLimit = MAX_VALUE_BYTES }: Pick<RunInput, 'valueLimit'>): number => valueLimit;

/**
 * How long a Workflow Task of the run may take: reading and writing values of many megabytes takes seconds. Otherwise Temporal's default
 * of ten seconds holds, after which a lost worker is noticed sooner.
 */
export const taskTimeout = ({ valueLimit }: Pick<RunInput, 'valueLimit'>): { workflowTaskTimeout?: '30s' } =>
  valueLimit === undefined ? {} : { workflowTaskTimeout: '30s' };

/** The name of the Workflow. It is part of histories, so it never changes. */
export const ORCHESTRATE = 'orchestrate';
