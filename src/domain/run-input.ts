// What one run is started with, and what it hands to itself when it continues as new.
import { z } from 'zod';
import { AgentCard } from './agent.js';
import { Budget } from './budget.js';
import type { Progress } from './progress.js';
import { Reuse } from './reuse.js';
import { Tenant } from './tenant.js';

/** Events that nobody has waited for yet, oldest first, by name. */
export type Inbox = Record<string, unknown[]>;

/** Made by a run for its own continuation, so trusted as it is. */
export interface Carried {
  readonly progress: Progress;
  readonly inbox: Inbox;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** A sub-plan that has ended well and is to be undone. Made by the run that it was. */
export interface Undo {
  /** Its id then: the keys of its calls began with it. */
  readonly id: string;
  readonly input: unknown;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The plan that it ended with, where that is not the one it began with. */
  readonly plan?: unknown;
  /** Absent where it is carried. */
  readonly progress?: Progress;
}

export const RunInput = z.strictObject({
  /** Parsed again by the Workflow: whoever starts it need not have been Baton's client. */
  plan: z.unknown(),
  input: z.unknown().optional(),
  /** Plans that tasks refer to by name. */
  plans: z.record(z.string(), z.unknown()).optional(),
  /** What is known of the agents; the defaults hold for those that are not in it. */
  agents: z.record(z.string(), AgentCard).optional(),
  /** What this run may spend; takes the place of what its plan says, limit by limit. */
  budget: Budget.optional(),
  /** Whose run it is; absent where nobody says. */
  tenant: Tenant.optional(),
  /** The search attributes of Baton exist on this server. */
  searchable: z.boolean().optional(),
  /** Present in a sub-plan: the run and the task it belongs to, and how many levels down it is. */
  parent: z.strictObject({ run: z.string(), task: z.string(), depth: z.int() }).optional(),
  /** Present in a fork: what was done before is not done again where nothing has changed. */
  reuse: Reuse.optional(),
  /** In a sub-plan of a fork: nothing that is remembered is used. */
  anew: z.boolean().optional(),
  carried: z.custom<Carried>((value) => typeof value === 'object' && value !== null).optional(),
  /** Undo this ended run instead of running the plan. */
  undo: z.custom<Undo>((value) => typeof value === 'object' && value !== null).optional(),
});
export type RunInput = z.infer<typeof RunInput>;

/** The name under which the Workflow is registered: it is history, and never changes. */
export const ORCHESTRATE = 'orchestrate';

/** The Task Queue of runs and workers that name none. */
export const DEFAULT_TASK_QUEUE = 'baton';
