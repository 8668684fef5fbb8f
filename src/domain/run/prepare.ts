// How a client without a configuration starts runs, such as one in another language: a worker does what `Baton.start` does before a run
// starts. It checks plan and input, fills in defaults, and adds the cards of its agents. Names are part of histories and never change.
import { z } from 'zod';

/** The name of the Workflow, which makes one activity of the same name. */
export const PREPARE_RUN = 'prepareRun';

export const PrepareRequest = z.strictObject({
  plan: z.unknown(),
  input: z.unknown().optional(),
  /** Plans that tasks refer to by name. */
  plans: z.record(z.string(), z.unknown()).optional(),
  budget: z.unknown().optional(),
  /** Its name, or `{ name, weight }`. */
  tenant: z.unknown().optional(),
  /** The most bytes of JSON of one payload, if the client stores large values. */
  valueLimit: z.int().min(1).optional(),
});
export type PrepareRequest = z.infer<typeof PrepareRequest>;

export interface PrepareReply {
  /** The input of the run. */
  readonly request?: Readonly<Record<string, unknown>>;
  /** Why no run can start, one line for each problem of the plan or of the input. */
  readonly problems?: { readonly of: 'plan' | 'input'; readonly lines: readonly string[] };
}
