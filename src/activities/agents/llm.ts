// An agent that is one call of a language model, on the AI SDK. With a schema of the output the answer is JSON that fits it,
// if need be at the second try: what was wrong with the first is sent back once. Without one the answer is text.
import type { Agent, AgentContext, AgentSchema } from '../../domain/agent.js';
import { AgentError } from '../agent-error.js';
import { versionOf } from '../fingerprint.js';
import { AgentDefinitionError } from './definition.js';
import { callHeaders } from './http-headers.js';
import { askForJson, echoOf, problemLine, repairRequest, structureOf, type Structure } from './llm-answer.js';
import { ask, type Asking } from './llm-call.js';
import { inputText, promptText } from './llm-prompt.js';
import { KEY_VARIABLES, parseLlmSettings, type LlmCodeSettings, type Provider } from './llm-settings.js';
import { modelFetch, openConnections } from './llm-transport.js';
import { readSecret, redacting } from './secret.js';

export interface LlmAgentOptions<I, O> extends LlmCodeSettings {
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
}

/** Throws an `AgentDefinitionError` if its settings are wrong. */
export function llmAgent<I = unknown, O = unknown>(options: LlmAgentOptions<I, O>): Agent<I, O> {
  const { input, output, ...data } = options;
  const parsed = parseLlmSettings(data);
  const {
    provider,
    baseURL,
    model,
    apiKey,
    system,
    prompt,
    structured,
    temperature,
    maxOutputTokens,
    prices,
    ...settings
  } = parsed;
  const structure = output === undefined ? undefined : structureFor(settings.type, output, structured);
  const makePrompt = prompt === undefined ? inputText : promptText('prompt', prompt);
  const makeSystem = system === undefined ? undefined : promptText('system', system);
  const whereAt = (endpoint = baseURL) =>
    `${provider} model ${JSON.stringify(model)}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
  const connections = openConnections();
  return {
    ...settings,
    kind: 'llm',
    version: versionOf(parsed, { input, output }),
    ...(input === undefined ? {} : { input }),
    output: output ?? { type: 'string' },
    async run(given, context) {
      const [content, declared] = [await makePrompt(given), await makeSystem?.(given)];
      const { key, keyHint } = keyOf(provider, apiKey);
      const redact = redacting(key === undefined ? [] : [key]);
      const { resource } = context;
      const where = whereAt(resource?.endpoint);
      const fetch = modelFetch({ where, connections, redact, resource });
      const asking: Asking = {
        endpoint: { provider, model, baseURL, key, fetch },
        where,
        keyHint,
        system: withForm(declared, structure, provider),
        structure,
        ...(temperature === undefined ? {} : { temperature }),
        ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
        ...(prices === undefined ? {} : { prices }),
      };
      // What it is, the pipeline checks against the schema of the output.
      return (await answer(asking, content, context)) as O;
    },
  };
}

async function answer(asking: Asking, content: string, context: AgentContext): Promise<unknown> {
  const { structure, where } = asking;
  const idempotencyKey = callHeaders(context)['idempotency-key'] ?? '';
  const question = { role: 'user' as const, content };
  const text = await ask(asking, { messages: [question], idempotencyKey }, context);
  if (structure === undefined) return text;
  const first = structure.read(text);
  if (first.ok) return first.value;
  context.log.warn(`${where}: the answer does not fit, and is asked for again: ${problemLine(first.problems)}`);
  const messages = [
    question,
    { role: 'assistant' as const, content: echoOf(text) },
    { role: 'user' as const, content: repairRequest(first.problems) },
  ];
  const second = structure.read(await ask(asking, { messages, idempotencyKey: `${idempotencyKey}:repair` }, context));
  if (second.ok) return second.value;
  throw new AgentError(`${where}: the answer does not fit, nor does its repair: ${problemLine(second.problems)}`, {
    type: 'InvalidOutput',
    details: { problems: second.problems.slice(0, 100) },
  });
}

/** Servers that are compatible with OpenAI's may take a schema, and pass over it without a word. */
function withForm(
  system: string | undefined,
  structure: Structure | undefined,
  provider: Provider,
): string | undefined {
  const isTold = structure?.mode === 'schema' && provider !== 'openai-compatible';
  if (structure === undefined || isTold) return system;
  const form = askForJson(structure.schema);
  return system === undefined ? form : `${system}\n\n${form}`;
}

function structureFor(type: string, output: AgentSchema, mode: LlmCodeSettings['structured']): Structure {
  try {
    return structureOf(output, mode);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AgentDefinitionError([`agent ${JSON.stringify(type)}: output: ${reason}`]);
  }
}

interface Key {
  readonly key: string | undefined;
  readonly keyHint: string;
}

/** Throws `AgentRefused`, naming the variable to set. */
function keyOf(provider: Provider, apiKey: LlmCodeSettings['apiKey']): Key {
  if (typeof apiKey === 'string') return { key: apiKey, keyHint: 'check its apiKey' };
  const variable = apiKey?.env ?? KEY_VARIABLES[provider];
  if (variable === undefined)
    return { key: undefined, keyHint: 'it has no apiKey; name one, such as { env: "LLM_KEY" }' };
  const hint =
    apiKey === undefined ? 'set it, or name another: apiKey: { env: NAME }' : 'set it where the worker starts';
  return {
    key: readSecret({ what: 'apiKey', variable, environment: process.env, hint }),
    keyHint: `check the key in the environment variable ${JSON.stringify(variable)} of the worker`,
  };
}
