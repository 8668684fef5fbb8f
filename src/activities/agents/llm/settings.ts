// The settings of an agent that is one call of a model. The key is named, or given in code; no message contains it.
import { z } from 'zod';
import { AgentSettings } from '../../../domain/agent/agent.js';
import { AgentDefinitionError, agentName, parseSettings } from '../definition.js';
import { BigNumbersSetting } from '../big-numbers.js';
import { PromptTemplate } from './prompt.js';
import { SecretSetting, type SecretSource } from '../../../domain/secret.js';
import { HEADER_VALUE } from '../secret.js';

export const PROVIDERS = ['openai-compatible', 'openai', 'anthropic'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** The environment variable that holds the key, unless `apiKey` names another. An OpenAI-compatible server may not need a key. */
export const KEY_VARIABLES: Readonly<Record<Provider, string | undefined>> = {
  'openai-compatible': undefined,
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
};

const isKeyName = (value: unknown): value is SecretSource => SecretSetting.safeParse(value).success;

/** A wrong key is as secret as a right one. */
const HIDDEN = 'got a value that is not shown';

const NamedKey = z.custom<SecretSource>(
  isKeyName,
  `expected { env: NAME }, an environment variable of the worker that holds the key, or { $secret: NAME }, ${HIDDEN}`,
);

const GivenKey = z.custom<string | SecretSource>(
  (value) => isKeyName(value) || (typeof value === 'string' && value !== '' && HEADER_VALUE.test(value)),
  `expected a key that a header may hold, { env: NAME }, or { $secret: NAME }, ${HIDDEN}`,
);

const BaseUrl = z
  .url({ protocol: /^https?$/, error: `expected a URL that begins with http:// or https://, ${HIDDEN}` })
  .refine((url) => {
    if (!URL.canParse(url)) return true;
    const { username, password, search } = new URL(url);
    return username === '' && password === '' && search === '';
  }, `expected a URL without user, password and query (a key belongs in apiKey), ${HIDDEN}`);

/** US dollars for a million tokens. */
const Prices = z.strictObject({ inputPerMillion: z.number().min(0), outputPerMillion: z.number().min(0) });
export type Prices = z.infer<typeof Prices>;

/** The settings in a data file, in addition to those of every agent. */
export const LlmSettings = AgentSettings.extend({
  provider: z.enum(PROVIDERS).optional(),
  /** Such as `http://localhost:11434/v1`; by default that of `openai` or `anthropic`. */
  baseURL: BaseUrl.optional(),
  model: z.string().min(1),
  apiKey: NamedKey.optional(),
  system: PromptTemplate.optional(),
  /** Text with expressions over `$input`. Default: the input if it is text, its `prompt`, or its JSON. */
  prompt: PromptTemplate.optional(),
  temperature: z.number().min(0).max(2).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  /**
   * How the model is given the schema of the output: `schema` by the provider's own option, `json` by its JSON mode and in the
   * prompt, `prompt` in the prompt alone. Default: `schema` for objects, otherwise `prompt`.
   */
  structured: z.enum(['schema', 'json', 'prompt']).optional(),
  /** Numbers of a JSON answer that JavaScript cannot hold: `refuse` (default) counts as an answer that does not fit, `text` makes each a string. */
  bigNumbers: BigNumbersSetting.optional(),
  prices: Prices.optional(),
});
export type LlmSettings = z.infer<typeof LlmSettings>;

/** In code, the key itself may be given too. */
export const LlmCodeSettings = LlmSettings.extend({ apiKey: GivenKey.optional() });
export type LlmCodeSettings = z.infer<typeof LlmCodeSettings>;

/** Throws an `AgentDefinitionError` that lists all problems. */
export function parseLlmSettings(data: unknown): LlmCodeSettings & { readonly provider: Provider } {
  const settings = parseSettings(LlmCodeSettings, data);
  const { provider = 'openai-compatible', baseURL } = settings;
  if (provider === 'openai-compatible' && baseURL === undefined) {
    throw new AgentDefinitionError([
      `${agentName(data)}: baseURL: expected the URL of an OpenAI-compatible server, such as "http://localhost:11434/v1", got nothing`,
    ]);
  }
  return { ...settings, provider };
}
