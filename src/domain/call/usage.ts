import { z } from 'zod';

/** What a call cost. `calls` counts attempts that reached the agent. */
export const Usage = z.strictObject({ calls: z.number(), tokens: z.number(), usd: z.number() });
export type Usage = z.infer<typeof Usage>;

export const NO_USAGE: Usage = { calls: 0, tokens: 0, usd: 0 };

export const addUsage = (a: Usage, b: Usage | undefined): Usage =>
  b === undefined ? a : { calls: a.calls + b.calls, tokens: a.tokens + b.tokens, usd: a.usd + b.usd };
