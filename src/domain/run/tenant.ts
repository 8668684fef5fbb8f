// The tenant of a run. If many runs wait for the same agents, each tenant gets its share of them, however many calls it makes.
import { defined } from '../json/defined.js';
import { z } from 'zod';
import { shown } from '../problem.js';
import { jsonBytes } from '../json/byte-size.js';
import { isOneLine } from '../text/one-line.js';

/** The longest fairness key that Temporal accepts. */
const MAX_NAME_BYTES = 64;
/** Temporal replaces a weight outside this range by the nearer end. */
const [LEAST_WEIGHT, MOST_WEIGHT] = [0.001, 1000];

const Name = z.string().superRefine((name, context) => {
  const bytes = jsonBytes(name) - '""'.length;
  if (isOneLine(name) && bytes <= MAX_NAME_BYTES) return;
  const came = bytes > MAX_NAME_BYTES ? `${bytes} bytes` : shown(name);
  const message = `expected 1 to ${MAX_NAME_BYTES} bytes on one line, got ${came}`;
  context.addIssue({ code: 'custom', message });
});

export const Tenant = z.strictObject({
  name: Name,
  /** Twice the weight gets twice the share; default 1. */
  weight: z.number().min(LEAST_WEIGHT).max(MOST_WEIGHT).optional(),
});
export type Tenant = z.infer<typeof Tenant>;

/** The options of a Workflow; the activities and children that it starts inherit them. */
export const fairnessOptions = ({ name, weight }: Tenant): { fairnessKey: string; fairnessWeight?: number } => ({
  fairnessKey: name,
  ...defined({ fairnessWeight: weight }),
});

/** The memo with the name of the tenant, for lists of runs. */
export const TENANT_MEMO = 'batonTenant';
