// From settings to a model of the AI SDK. Its packages are optional: each is loaded when an agent first needs it.
import type { LanguageModel } from 'ai';
import { AgentError } from '../agent-error.js';
import type { Provider } from './llm-settings.js';

/** The newest majors that run on Node.js 20. */
const VERSIONS = { ai: 6, '@ai-sdk/openai-compatible': 2, '@ai-sdk/openai': 3, '@ai-sdk/anthropic': 3 } as const;
type PackageName = keyof typeof VERSIONS;

export interface Endpoint {
  readonly provider: Provider;
  readonly model: string;
  readonly baseURL: string | undefined;
  readonly key: string | undefined;
  readonly fetch: typeof globalThis.fetch;
}

/** Throws `AgentRefused`, saying what to install, if the provider's package is not there. */
export async function languageModel({ provider, model, baseURL, key, fetch }: Endpoint): Promise<LanguageModel> {
  const settings = {
    fetch,
    ...(baseURL === undefined ? {} : { baseURL }),
    ...(key === undefined ? {} : { apiKey: key }),
  };
  switch (provider) {
    case 'openai': {
      const { createOpenAI } = await installed('@ai-sdk/openai', () => import('@ai-sdk/openai'));
      return createOpenAI(settings)(model);
    }
    case 'anthropic': {
      const { createAnthropic } = await installed('@ai-sdk/anthropic', () => import('@ai-sdk/anthropic'));
      return createAnthropic(settings)(model);
    }
    case 'openai-compatible': {
      const load = () => import('@ai-sdk/openai-compatible');
      const { createOpenAICompatible } = await installed('@ai-sdk/openai-compatible', load);
      const named = { ...settings, name: provider, baseURL: baseURL ?? '', supportsStructuredOutputs: true };
      return createOpenAICompatible(named)(model);
    }
    default:
      return provider satisfies never;
  }
}

/** The AI SDK itself. Throws `AgentRefused`, saying what to install, if it is not there. */
export async function loadSdk(): Promise<typeof import('ai')> {
  // Its warnings would go to stdout, which is for scripts; each call logs its own.
  globalThis.AI_SDK_LOG_WARNINGS ??= false;
  return await installed('ai', () => import('ai'));
}

async function installed<T>(name: PackageName, load: () => Promise<T>): Promise<T> {
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
