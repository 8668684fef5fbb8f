// What a call of a model has cost, as far as its reply says.
import { z } from 'zod';
import type { Usage } from '../../domain/call.js';
import type { Prices } from './llm-settings.js';

export interface Tokens {
  readonly input: number | undefined;
  readonly output: number | undefined;
}

export type Spent = Pick<Usage, 'tokens' | 'usd'>;

const PER = 1_000_000;

/** Input that the provider had cached counts as any other. Without prices nothing is said to be paid. */
export function spent({ input, output }: Tokens, prices: Prices | undefined): Spent {
  const [read, written] = [count(input), count(output)];
  const usd = prices === undefined ? 0 : (read * prices.inputPerMillion + written * prices.outputPerMillion) / PER;
  return { tokens: read + written, usd };
}

/** A server may say anything. */
const count = (tokens: number | undefined): number =>
  tokens !== undefined && Number.isFinite(tokens) ? Math.max(0, tokens) : 0;

const number = z.number().optional().catch(undefined);
const WithUsage = z.object({
  usage: z.object({
    prompt_tokens: number,
    completion_tokens: number,
    input_tokens: number,
    output_tokens: number,
  }),
});

/** What a reply tells that is no answer. */
export function tokensIn(reply: unknown): Tokens {
  const parsed = WithUsage.safeParse(reply);
  if (!parsed.success) return { input: undefined, output: undefined };
  const { usage } = parsed.data;
  return { input: usage.prompt_tokens ?? usage.input_tokens, output: usage.completion_tokens ?? usage.output_tokens };
}
