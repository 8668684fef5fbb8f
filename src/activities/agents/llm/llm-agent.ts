// An agent that is one call of a language model, by the AI SDK. If the output has a schema, the answer is JSON that fits it. Without
// a schema the answer is text. The problems of a first answer that does not fit, or has no text, are sent back once.
import { defined } from '../../../domain/json/defined.js';
import type { Agent, AgentContext, AgentSchema } from '../../../domain/agent/agent.js';
import { AgentError } from '../../errors/agent-error.js';
import { messageOf } from '../../errors/truncate-error.js';
import { agentVersion } from '../version.js';
import { AgentDefinitionError } from '../definition.js';
import { openConnections } from '../http/connections.js';
import { callHeaders } from '../http/headers.js';
import {
  answerFormat,
  echoedAnswer,
  joinProblems,
  jsonInstruction,
  repairRequest,
  TEXT,
  type AnswerFormat,
} from './answer.js';
import type { ModelCall } from './call.js';
import { inputText, promptText, type MakeText } from './prompt.js';
import { redactValue } from '../../secrets/redact-value.js';
import { KEY_VARIABLES, parseLlmSettings, type LlmCodeSettings, type Provider } from './settings.js';
import { modelFetch } from './transport.js';
import type { Redactor, SecretSource, SecretUse } from '../../../domain/secret.js';
import { describeSource, readHeaderSecret } from '../secret.js';

export interface LlmAgentOptions<I, O> extends LlmCodeSettings {
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
}

/** Makes an agent of a language model. Throws an `AgentDefinitionError` if the settings are wrong. */
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
    bigNumbers,
    temperature,
    maxOutputTokens,
    prices,
    ...settings
  } = parsed;
  const format = output === undefined ? undefined : formatFor(settings.type, output, { structured, bigNumbers });
  const makePrompt = prompt === undefined ? inputText : promptText('prompt', prompt);
  const makeSystem = system === undefined ? undefined : promptText('system', system);
  const describeModel = (endpoint = baseURL) =>
    `${provider} model ${JSON.stringify(model)}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
  const connections = openConnections();
  return {
    ...settings,
    kind: 'llm',
    version: agentVersion(parsed, { input, output }),
    ...defined({ input }),
    output: output ?? { type: 'string' },
    secrets: secretsOfKey(provider, apiKey),
    async run(given, context) {
      const { resource, redactor, maxOutputBytes, active } = context;
      const content = await makeSafely(makePrompt, given, redactor);
      const declared = makeSystem === undefined ? undefined : await makeSafely(makeSystem, given, redactor);
      const { key, keyHint } = await resolveKey(provider, apiKey, context);
      const where = describeModel(resource?.endpoint);
      const fetch = modelFetch({ where, connections, redact: redactor.redact, resource, maxOutputBytes, active });
      const modelCall: ModelCall = {
        endpoint: { provider, model, baseURL, key, fetch },
        where,
        keyHint,
        system: withInstruction(declared, format, provider),
        format,
        ...defined({ temperature, maxOutputTokens, prices }),
      };
      // Its type is checked by the caller, against the schema of the output.
      return (await answer(modelCall, content, context)) as O;
    },
  };
}

/** The message of an expression that fails shows the beginning of a value, which must not be that of a secret. */
async function makeSafely(make: MakeText, input: unknown, redactor: Redactor): Promise<string> {
  try {
    return await make(input);
  } catch (error) {
    const redacted = redactValue(input, redactor);
    if (redacted === input) throw error;
    await make(redacted);
    throw new AgentError('prompt: its expressions failed with the values of its secrets, which are not shown', {
      type: 'ExpressionFailed',
    });
  }
}

/** Asks the model, and once more if its answer does not fit. */
async function answer(modelCall: ModelCall, content: string, context: AgentContext): Promise<unknown> {
  const { askModel } = await import('./call.js');
  const { format, where } = modelCall;
  const idempotencyKey = callHeaders(context)['idempotency-key'] ?? '';
  const question = { role: 'user' as const, content };
  const { read, wanted } = format ?? TEXT;
  const asked = await askModel(modelCall, { messages: [question], idempotencyKey }, context);
  const first = read(asked);
  if (first.ok) return first.value;
  context.log.warn(`${where}: the answer does not fit, so the model is asked again: ${joinProblems(first.problems)}`);
  const messages = [
    question,
    { role: 'assistant' as const, content: echoedAnswer(asked.text) },
    { role: 'user' as const, content: repairRequest(first.problems, wanted) },
  ];
  const second = read(await askModel(modelCall, { messages, idempotencyKey: `${idempotencyKey}:repair` }, context));
  if (second.ok) return second.value;
  throw new AgentError(
    `${where}: the answer does not fit, and neither does the corrected one: ${joinProblems(second.problems)}`,
    {
      type: 'InvalidOutput',
      details: { problems: second.problems.slice(0, 100) },
    },
  );
}

/** An OpenAI-compatible server may ignore a schema that it is given, so its prompt asks for JSON too. */
function withInstruction(
  system: string | undefined,
  format: AnswerFormat | undefined,
  provider: Provider,
): string | undefined {
  const isEnforced = format?.mode === 'schema' && provider !== 'openai-compatible';
  if (format === undefined || isEnforced) return system;
  const instruction = jsonInstruction(format.schema);
  return system === undefined ? instruction : `${system}\n\n${instruction}`;
}

function formatFor(
  type: string,
  output: AgentSchema,
  settings: Pick<LlmCodeSettings, 'structured' | 'bigNumbers'>,
): AnswerFormat {
  try {
    return answerFormat(output, settings);
  } catch (error) {
    throw new AgentDefinitionError([`agent ${JSON.stringify(type)}: output: ${messageOf(error)}`]);
  }
}

interface ResolvedKey {
  readonly key: string | undefined;
  readonly keyHint: string;
}

/** The setting, or the variable that the provider's own programs read. */
const keySource = (provider: Provider, apiKey: LlmCodeSettings['apiKey']): string | SecretSource | undefined =>
  apiKey ?? (KEY_VARIABLES[provider] === undefined ? undefined : { env: KEY_VARIABLES[provider] });

/** Throws `AgentRefused`, which names the variable to set, if the key is missing. */
async function resolveKey(
  provider: Provider,
  apiKey: LlmCodeSettings['apiKey'],
  context: AgentContext,
): Promise<ResolvedKey> {
  if (typeof apiKey === 'string') {
    context.redactor.add('apiKey', apiKey);
    return { key: apiKey, keyHint: 'check its apiKey' };
  }
  const source = keySource(provider, apiKey);
  if (source === undefined || typeof source === 'string')
    return { key: undefined, keyHint: 'it has no apiKey; name one, such as { env: "LLM_KEY" }' };
  const hint =
    apiKey === undefined ? 'set it, or name another: apiKey: { env: NAME }' : 'set it where the worker starts';
  return {
    key: await readHeaderSecret(context, source, 'apiKey', hint),
    keyHint: `check the key in ${describeSource(source)}`,
  };
}

function secretsOfKey(provider: Provider, apiKey: LlmCodeSettings['apiKey']): SecretUse[] {
  const source = keySource(provider, apiKey);
  return source === undefined || typeof source === 'string' ? [] : [{ what: 'apiKey', source }];
}
