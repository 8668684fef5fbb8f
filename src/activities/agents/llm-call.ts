// One request to a model, and what its reply means.
// C1. Every reply is paid for, so what it cost is noted before it is judged.
// C2. The AI SDK does not try again: Temporal does, and knows of every attempt.
import type { ModelMessage } from 'ai';
import type { AgentContext } from '../../domain/agent.js';
import { AgentError } from '../agent-error.js';
import type { Structure } from './llm-answer.js';
import { callFailure, jsonOf } from './llm-failure.js';
import { languageModel, loadSdk, type Endpoint } from './llm-model.js';
import type { LlmSettings } from './llm-settings.js';
import { spent, tokensIn } from './llm-usage.js';

/** Characters of a refusal that its failure shows. */
const SHOWN = 300;

/** Schemas of people are not OpenAI's strict subset; an answer is checked here. Nothing is kept at the provider. */
const PROVIDER_OPTIONS = {
  openai: { strictJsonSchema: false, store: false },
  openaiCompatible: { strictJsonSchema: false },
};

export interface Asking extends Pick<LlmSettings, 'temperature' | 'maxOutputTokens' | 'prices'> {
  readonly endpoint: Endpoint;
  readonly where: string;
  readonly keyHint: string;
  readonly system: string | undefined;
  readonly structure: Structure | undefined;
}

export interface Question {
  readonly messages: ModelMessage[];
  readonly idempotencyKey: string;
}

/** Asks once, and gives the text that the model answered. Throws an `AgentError`, or the signal's reason. */
export async function ask(asking: Asking, question: Question, context: AgentContext): Promise<string> {
  const sdk = await loadSdk();
  const { where, keyHint } = asking;
  try {
    const model = await languageModel(asking.endpoint);
    const { maxOutputTokens, temperature, system } = asking;
    const result = await sdk.generateText({
      model,
      messages: question.messages,
      maxRetries: 0,
      abortSignal: context.signal,
      headers: { 'idempotency-key': question.idempotencyKey },
      providerOptions: PROVIDER_OPTIONS,
      output: outputOf(sdk, asking.structure),
      ...(system === undefined ? {} : { system }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(temperature === undefined ? {} : { temperature }),
    });
    const { inputTokens, outputTokens } = result.usage;
    context.usage(spent({ input: inputTokens, output: outputTokens }, asking.prices));
    for (const warning of result.warnings ?? []) context.log.debug(`${where}: ${JSON.stringify(warning)}`);
    return judged(result, where);
  } catch (error) {
    context.signal.throwIfAborted();
    // Of a reply that the SDK could not read, the cost may still be told.
    if (sdk.APICallError.isInstance(error))
      context.usage(spent(tokensIn(jsonOf(error.responseBody ?? '')), asking.prices));
    throw callFailure(error, { where, keyHint, sdk });
  }
}

/** The text is parsed here, so that what is wrong with it can be told to the model. */
function outputOf(sdk: typeof import('ai'), structure: Structure | undefined) {
  const text = sdk.Output.text();
  if (structure === undefined || structure.mode === 'prompt') return text;
  const schema =
    structure.mode === 'schema' && typeof structure.schema === 'object' ? { schema: structure.schema } : {};
  return { ...text, responseFormat: Promise.resolve({ type: 'json' as const, ...schema }) };
}

interface Reply {
  readonly text: string;
  readonly finishReason: string;
  readonly rawFinishReason: string | undefined;
  readonly usage: { readonly outputTokens: number | undefined };
}

/** Providers note a refusal beside the reason; the SDK shows both as the filter, and tells them apart by the raw reason. */
function judged({ text, finishReason, rawFinishReason, usage }: Reply, where: string): string {
  if (finishReason === 'content-filter') {
    if (/filter|safety|prohibited|blocklist/i.test(rawFinishReason ?? '')) {
      throw new AgentError(`${where}: a content filter stopped the answer`, { type: 'ContentFiltered' });
    }
    throw new AgentError(`${where} refused to answer: ${JSON.stringify(text.slice(0, SHOWN))}`, {
      type: 'ModelRefused',
    });
  }
  if (finishReason === 'length') {
    if (/context/i.test(rawFinishReason ?? '')) {
      throw new AgentError(`${where}: the prompt and the answer are longer than the model can read`, {
        type: 'ContextTooLong',
      });
    }
    const after = usage.outputTokens === undefined ? '' : ` after ${usage.outputTokens} tokens`;
    throw new AgentError(`${where}: the answer was cut off${after}; expected a whole one: raise maxOutputTokens`, {
      type: 'InvalidOutput',
    });
  }
  if (finishReason === 'error') throw new AgentError(`${where}: the model failed while it answered`);
  return text;
}
