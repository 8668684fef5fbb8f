// The agents that a task may call together with its own or instead of it: fallbacks, hedges, races, votes, compensations.
import { z } from 'zod';
import { Duration } from '../duration.js';
import { Retry } from './retry.js';

/** The maximum number of calls for one answer; each is one more activity in flight. */
export const MAX_PARALLEL_CALLS = 10;

/** The type of an agent, as a plan names it. task-agents.ts lists all places in a plan that do. */
export const AgentType = z.string().min(1);

/** The fields that describe one call, wherever a plan has one. */
export const callFields = {
  agent: AgentType,
  input: z.unknown().optional(),
  timeout: Duration.optional(),
  retry: Retry.optional(),
};

/** Another agent, called when the one before it has failed and will not be retried. Without `input` it gets that of the task. */
export const Fallback = z.strictObject(callFields);
export type Fallback = z.infer<typeof Fallback>;

/** One fallback, or several that are called one after the other until one succeeds. */
export const Fallbacks = z.union([Fallback, z.array(Fallback).min(1).max(MAX_PARALLEL_CALLS)]);
export type Fallbacks = z.infer<typeof Fallbacks>;

export const fallbacksOf = ({ fallback }: { readonly fallback?: Fallbacks | undefined }): readonly Fallback[] =>
  fallback === undefined ? [] : Array.isArray(fallback) ? fallback : [fallback];

/** Calls the same agent again if it has not answered in time; the first answer wins. */
export const Hedge = z.strictObject({
  after: Duration,
  /** The number of calls, the first included; default 2. */
  max: z.int().min(2).max(MAX_PARALLEL_CALLS).optional(),
});
export type Hedge = z.infer<typeof Hedge>;

/** Agents that are called with the same input at the same time. */
const ParallelAgents = z
  .array(AgentType)
  .min(2)
  .max(MAX_PARALLEL_CALLS)
  .superRefine((agents, context) => {
    agents.forEach((agent, place) => {
      if (agents.indexOf(agent) === place) return;
      const message = 'expected each agent once';
      context.addIssue({ code: 'custom', path: [place], message, params: { problem: 'plan.duplicate-agent' } });
    });
  })
  .meta({ uniqueItems: true });

/** The first success wins. */
export const Race = ParallelAgents;
export type Race = z.infer<typeof Race>;

/** An answer wins if at least `quorum` agents give it. */
export const Vote = z
  .strictObject({ agents: ParallelAgents, quorum: z.int().min(2).max(MAX_PARALLEL_CALLS) })
  .superRefine(({ agents, quorum }, context) => {
    if (quorum <= agents.length) return;
    const message = `expected at most the number of agents, ${agents.length}`;
    const params = { problem: 'plan.out-of-range' };
    context.addIssue({ code: 'custom', path: ['quorum'], message, params });
  });
export type Vote = z.infer<typeof Vote>;

/** The agent that undoes a task. */
export const Compensate = z.strictObject(callFields);
export type Compensate = z.infer<typeof Compensate>;
