// What may be said of an agent that is one call of a model. A key is named, or given in code; nothing here prints it.
import { z } from 'zod';
import { AgentSettings } from '../../domain/agent.js';
import { AgentDefinitionError, nameOf, parseSettings } from './definition.js';
import { PromptTemplate } from './llm-prompt.js';
import { HEADER_VALUE } from './secret.js';

export const PROVIDERS = ['openai-compatible', 'openai', 'anthropic'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Where the key stands if nothing is said of it; servers of one's own often want none. */
export const KEY_VARIABLES: Readonly<Record<Provider, string | undefined>> = {
  'openai-compatible': undefined,
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
};

const KeyName = z.strictObject({ env: z.string().min(1) });
type KeyName = z.infer<typeof KeyName>;
const isKeyName = (value: unknown): value is KeyName => KeyName.safeParse(value).success;

/** A wrong key is no less secret than a right one. */
const HIDDEN = 'got a value that is not shown';

const NamedKey = z.custom<KeyName>(
  isKeyName,
  `expected { env: NAME }, an environment variable of the worker that holds the key, ${HIDDEN}`,
);

const GivenKey = z.custom<string | KeyName>(
  (value) => isKeyName(value) || (typeof value === 'string' && value !== '' && HEADER_VALUE.test(value)),
  `expected a key that a header may hold, or { env: NAME }, ${HIDDEN}`,
);

const BaseUrl = z
  .url({ protocol: /^https?$/, error: `expected a URL that begins with http:// or https://, ${HIDDEN}` })
  .refine((url) => {
    if (!URL.canParse(url)) return true;
    const { username, password, search } = new URL(url);
    return username === '' && password === '' && search === '';
  }, `expected a URL without user, password and query (a key belongs into apiKey), ${HIDDEN}`);

/** US dollars for a million tokens. */
const Prices = z.strictObject({ inputPerMillion: z.number().min(0), outputPerMillion: z.number().min(0) });
export type Prices = z.infer<typeof Prices>;

/** What a data file may say of it, beside what it may say of any agent. */
export const LlmSettings = AgentSettings.extend({
  provider: z.enum(PROVIDERS).optional(),
  /** Such as `http://localhost:11434/v1`; `openai` and `anthropic` know their own. */
  baseURL: BaseUrl.optional(),
  model: z.string().min(1),
  apiKey: NamedKey.optional(),
  system: PromptTemplate.optional(),
  /** Text with expressions over `$input`; absent: the input if it is text, its `prompt`, or its JSON. */
  prompt: PromptTemplate.optional(),
  temperature: z.number().min(0).max(2).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  /**
   * How the schema of the output is told: `schema` by the provider's own means, `json` by its JSON mode and in the prompt,
   * `prompt` in the prompt alone. Default: `schema` for objects, otherwise `prompt`.
   */
  structured: z.enum(['schema', 'json', 'prompt']).optional(),
  prices: Prices.optional(),
});
export type LlmSettings = z.infer<typeof LlmSettings>;

/** In code a key may also be given as it is. */
export const LlmCodeSettings = LlmSettings.extend({ apiKey: GivenKey.optional() });
export type LlmCodeSettings = z.infer<typeof LlmCodeSettings>;

/** Throws an `AgentDefinitionError` with all that is wrong. */
export function parseLlmSettings(data: unknown): LlmCodeSettings & { readonly provider: Provider } {
  const settings = parseSettings(LlmCodeSettings, data);
  const { provider = 'openai-compatible', baseURL } = settings;
  if (provider === 'openai-compatible' && baseURL === undefined) {
    throw new AgentDefinitionError([
      `${nameOf(data)}: baseURL: expected the URL of an OpenAI-compatible server, such as "http://localhost:11434/v1", got nothing`,
    ]);
  }
  return { ...settings, provider };
}
