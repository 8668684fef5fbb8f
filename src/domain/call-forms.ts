// Whom a task may call beside its agent, or in place of one: fallbacks, hedges, races, votes, and who undoes it.
import { z } from 'zod';
import { Duration } from './duration.js';
import { Retry } from './retry.js';

/** Calls that are made for one answer; each is one more activity in flight. */
export const MAX_RIVALS = 10;

/** What is said of one call, wherever it stands. */
export const callShape = {
  agent: z.string().min(1),
  input: z.unknown().optional(),
  timeout: Duration.optional(),
  retry: Retry.optional(),
};

/** Another agent that is asked when the one before it failed for good. Without `input` it gets the task's. */
export const Fallback = z.strictObject(callShape);
export type Fallback = z.infer<typeof Fallback>;

/** One, or several that are asked in turn until one answers. */
export const Fallbacks = z.union([Fallback, z.array(Fallback).min(1).max(MAX_RIVALS)]);
export type Fallbacks = z.infer<typeof Fallbacks>;

export const fallbacksOf = ({ fallback }: { readonly fallback?: Fallbacks | undefined }): readonly Fallback[] =>
  fallback === undefined ? [] : Array.isArray(fallback) ? fallback : [fallback];

/** The same agent is asked again while it has not answered; the first answer wins. */
export const Hedge = z.strictObject({
  after: Duration,
  /** Calls in all; default 2. */
  max: z.int().min(2).max(MAX_RIVALS).optional(),
});
export type Hedge = z.infer<typeof Hedge>;

/** Agents that are asked the same, at once. */
const Rivals = z
  .array(z.string().min(1))
  .min(2)
  .max(MAX_RIVALS)
  .superRefine((agents, context) => {
    agents.forEach((agent, place) => {
      if (agents.indexOf(agent) === place) return;
      const message = 'expected each agent once';
      context.addIssue({ code: 'custom', path: [place], message, params: { problem: 'plan.duplicate-agent' } });
    });
  })
  .meta({ uniqueItems: true });

/** The first success wins. */
export const Race = Rivals;
export type Race = z.infer<typeof Race>;

/** The answer wins that so many of them give. */
export const Vote = z
  .strictObject({ agents: Rivals, quorum: z.int().min(2).max(MAX_RIVALS) })
  .superRefine(({ agents, quorum }, context) => {
    if (quorum <= agents.length) return;
    const message = `expected at most the number of agents, ${agents.length}`;
    const params = { problem: 'plan.out-of-range' };
    context.addIssue({ code: 'custom', path: ['quorum'], message, params });
  });
export type Vote = z.infer<typeof Vote>;

/** The agent that undoes a task. */
export const Compensate = z.strictObject(callShape);
export type Compensate = z.infer<typeof Compensate>;
