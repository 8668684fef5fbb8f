// From settings to a model of the AI SDK. The packages of the SDK are optional: each is loaded when an agent first needs it.
import { defined } from '../../../domain/json/defined.js';
import type { LanguageModel } from 'ai';
import { AgentError } from '../../errors/agent-error.js';
import type { Provider } from './settings.js';

/** The newest major versions that run on Node.js 20. */
const VERSIONS = { ai: 6, '@ai-sdk/openai-compatible': 2, '@ai-sdk/openai': 3, '@ai-sdk/anthropic': 3 } as const;
type PackageName = keyof typeof VERSIONS;

export interface Endpoint {
  readonly provider: Provider;
  readonly model: string;
  readonly baseURL: string | undefined;
  readonly key: string | undefined;
  readonly fetch: typeof globalThis.fetch;
}

/** Throws `AgentRefused`, with the command to install it, if the provider's package is missing. */
export async function languageModel({ provider, model, baseURL, key, fetch }: Endpoint): Promise<LanguageModel> {
  const settings = {
    fetch,
    ...defined({ baseURL, apiKey: key }),
  };
  switch (provider) {
    case 'openai': {
      const { createOpenAI } = await loadPackage('@ai-sdk/openai', () => import('@ai-sdk/openai'));
      return createOpenAI(settings)(model);
    }
    case 'anthropic': {
      const { createAnthropic } = await loadPackage('@ai-sdk/anthropic', () => import('@ai-sdk/anthropic'));
      return createAnthropic(settings)(model);
    }
    case 'openai-compatible': {
      const load = () => import('@ai-sdk/openai-compatible');
      const { createOpenAICompatible } = await loadPackage('@ai-sdk/openai-compatible', load);
      const named = { ...settings, name: provider, baseURL: baseURL ?? '', supportsStructuredOutputs: true };
      return createOpenAICompatible(named)(model);
    }
    default:
      return provider satisfies never;
  }
}

/** The AI SDK itself. Throws `AgentRefused`, with the command to install it, if it is missing. */
export async function loadSdk(): Promise<typeof import('ai')> {
  // The SDK would print its warnings to stdout, which is for scripts; each call logs its warnings instead.
  globalThis.AI_SDK_LOG_WARNINGS ??= false;
  return await loadPackage('ai', () => import('ai'));
}

async function loadPackage<T>(name: PackageName, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new AgentError(
      `agents of kind llm need the package "${name}", which is not installed: npm install ${name}@${VERSIONS[name]}`,
      { type: 'AgentRefused', cause: error },
    );
  }
}
