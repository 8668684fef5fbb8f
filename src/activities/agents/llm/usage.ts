// The usage of a call of a model, as far as its reply reports it.
import { z } from 'zod';
import type { Usage } from '../../../domain/call/usage.js';
import type { Prices } from './settings.js';

export interface Tokens {
  readonly input: number | undefined;
  readonly output: number | undefined;
}

export type ModelUsage = Pick<Usage, 'tokens' | 'usd'>;

const PRICED_TOKENS = 1_000_000;

/** Input tokens that the provider had cached are not told apart from others. Without prices the cost is 0. */
export function usageOfTokens({ input, output }: Tokens, prices: Prices | undefined): ModelUsage {
  const [read, written] = [tokenCount(input), tokenCount(output)];
  const usd =
    prices === undefined ? 0 : (read * prices.inputPerMillion + written * prices.outputPerMillion) / PRICED_TOKENS;
  return { tokens: read + written, usd };
}

/** A server may report any number, or none. */
const tokenCount = (tokens: number | undefined): number =>
  tokens !== undefined && Number.isFinite(tokens) ? Math.max(0, tokens) : 0;

const optionalNumber = z.number().optional().catch(undefined);
const WithUsage = z.object({
  usage: z.object({
    prompt_tokens: optionalNumber,
    completion_tokens: optionalNumber,
    input_tokens: optionalNumber,
    output_tokens: optionalNumber,
  }),
});

/** The tokens that an error reply reports, in the format of OpenAI or of Anthropic. */
export function tokensInErrorReply(reply: unknown): Tokens {
  const parsed = WithUsage.safeParse(reply);
  if (!parsed.success) return { input: undefined, output: undefined };
  const { usage } = parsed.data;
  return { input: usage.prompt_tokens ?? usage.input_tokens, output: usage.completion_tokens ?? usage.output_tokens };
}
