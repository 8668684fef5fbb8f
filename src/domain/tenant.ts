// Whose run it is: where many runs wait for the same agents, each tenant gets its share of them, however much it asks for.
import { z } from 'zod';
import { got } from './problem.js';
import { jsonBytes } from './size.js';

/** What Temporal takes as the key of a share. */
const MAX_NAME_BYTES = 64;
/** Temporal takes a weight that lies beyond these for the nearer of them. */
const [LEAST_WEIGHT, MOST_WEIGHT] = [0.001, 1000];

const Name = z.string().superRefine((name, context) => {
  const bytes = jsonBytes(name) - '""'.length;
  const isPlain = name !== '' && name === name.trim() && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name);
  if (isPlain && bytes <= MAX_NAME_BYTES) return;
  const came = bytes > MAX_NAME_BYTES ? `${bytes} bytes` : got(name);
  const message = `expected 1 to ${MAX_NAME_BYTES} bytes on one line, got ${came}`;
  context.addIssue({ code: 'custom', message });
});

export const Tenant = z.strictObject({
  name: Name,
  /** Twice the weight is twice the share; 1 if absent. */
  weight: z.number().min(LEAST_WEIGHT).max(MOST_WEIGHT).optional(),
});
export type Tenant = z.infer<typeof Tenant>;

/** As Temporal names it, of a Workflow; what that starts inherits it. */
export const shareOf = ({ name, weight }: Tenant): { fairnessKey: string; fairnessWeight?: number } => ({
  fairnessKey: name,
  ...(weight === undefined ? {} : { fairnessWeight: weight }),
});

/** Where a run keeps the name, for those who list runs. */
export const TENANT_MEMO = 'batonTenant';
