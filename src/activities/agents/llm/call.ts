// One request to a model, and what its reply means.
// C1. Every reply is paid for, so its cost is noted before the reply is checked.
// C2. The AI SDK does not retry: Temporal does, and it counts every attempt.
import { defined } from '../../../domain/json/defined.js';
import type { ModelMessage } from 'ai';
import type { AgentContext } from '../../../domain/agent/agent.js';
import { AgentError } from '../../errors/agent-error.js';
import { failureTypeOf } from '../../errors/classify.js';
import type { AnswerFormat, ModelAnswer } from './answer.js';
import { modelFailure, tryParseJson } from './failure.js';
import { languageModel, loadSdk, type Endpoint } from './model.js';
import type { LlmSettings } from './settings.js';
import { chatRecord, type ChatEnd } from './chat-record.js';
import { usageOfTokens, tokensInErrorReply } from './usage.js';
import { shown } from '../../../domain/problem.js';
import { truncateEnd } from '../../../domain/text/truncate.js';

/** Characters that a failure shows of a model's refusal. */
const SHOWN_OF_REFUSAL = 300;

/**
 * Users' schemas are not limited to OpenAI's strict subset: answers are checked against them here. The provider does not store
 * anything.
 */
const PROVIDER_OPTIONS = {
  openai: { strictJsonSchema: false, store: false },
  openaiCompatible: { strictJsonSchema: false },
};

export interface ModelCall extends Pick<LlmSettings, 'temperature' | 'maxOutputTokens' | 'prices'> {
  readonly endpoint: Endpoint;
  readonly where: string;
  readonly keyHint: string;
  readonly system: string | undefined;
  /** Absent if the answer is text. */
  readonly format: AnswerFormat | undefined;
}

export interface ModelRequest {
  readonly messages: ModelMessage[];
  readonly idempotencyKey: string;
}

/** Sends one request and returns the answer. Throws an `AgentError`, or the signal's reason. */
export async function askModel(
  modelCall: ModelCall,
  request: ModelRequest,
  context: AgentContext,
): Promise<ModelAnswer> {
  const sdk = await loadSdk();
  const { where, keyHint } = modelCall;
  const from = Date.now();
  let end: ChatEnd = {};
  try {
    const model = await languageModel(modelCall.endpoint);
    const { maxOutputTokens, temperature, system } = modelCall;
    const result = await sdk.generateText({
      model,
      messages: request.messages,
      maxRetries: 0,
      abortSignal: context.signal,
      headers: { 'idempotency-key': request.idempotencyKey },
      providerOptions: PROVIDER_OPTIONS,
      output: outputOption(sdk, modelCall.format),
      ...defined({ system, maxOutputTokens, temperature }),
    });
    const { inputTokens, outputTokens } = result.usage;
    context.usage(usageOfTokens({ input: inputTokens, output: outputTokens }, modelCall.prices));
    const { response, finishReason } = result;
    end = { inputTokens, outputTokens, answeredBy: response.modelId, answerId: response.id, finish: finishReason };
    for (const warning of result.warnings ?? []) context.log.debug(`${where}: ${JSON.stringify(warning)}`);
    return completeAnswer(result, where);
  } catch (error) {
    end.error = failureTypeOf(context.signal.reason);
    context.signal.throwIfAborted();
    // A reply that the SDK could not read may still report its cost.
    if (sdk.APICallError.isInstance(error))
      context.usage(usageOfTokens(tokensInErrorReply(tryParseJson(error.responseBody ?? '')), modelCall.prices));
    const failure = modelFailure(error, { where, keyHint, sdk, redact: context.redactor.redact });
    end.error = failure.type;
    throw failure;
  } finally {
    context.modelCalled?.(chatRecord(modelCall, from, end));
  }
}

/** Asks the provider for JSON, but has the SDK return text: it is parsed here, so that its problems can be sent back to the model. */
function outputOption(sdk: typeof import('ai'), format: AnswerFormat | undefined) {
  const text = sdk.Output.text();
  if (format === undefined || format.mode === 'prompt') return text;
  const schema = format.mode === 'schema' && typeof format.schema === 'object' ? { schema: format.schema } : {};
  return { ...text, responseFormat: Promise.resolve({ type: 'json' as const, ...schema }) };
}

interface ModelReply {
  readonly text: string;
  readonly finishReason: string;
  readonly rawFinishReason: string | undefined;
  readonly usage: { readonly outputTokens: number | undefined };
  readonly reasoningText: string | undefined;
  readonly toolCalls: readonly { readonly toolName: string }[];
}

/**
 * The text of an answer, or what came instead. Throws an `AgentError` if the answer is not complete. The SDK reports both a refusal of the model and a
 * content filter as `content-filter`: the provider's raw reason tells them apart.
 */
function completeAnswer(reply: ModelReply, where: string): ModelAnswer {
  const { text, finishReason, rawFinishReason, usage } = reply;
  if (finishReason === 'content-filter') {
    if (/filter|safety|prohibited|blocklist/i.test(rawFinishReason ?? '')) {
      throw new AgentError(`${where}: a content filter stopped the answer`, { type: 'ContentFiltered' });
    }
    throw new AgentError(`${where} refused to answer: ${JSON.stringify(truncateEnd(text, SHOWN_OF_REFUSAL))}`, {
      type: 'ModelRefused',
    });
  }
  if (finishReason === 'length') {
    if (/context/i.test(rawFinishReason ?? '')) {
      throw new AgentError(`${where}: the prompt and the answer together are longer than the model's context`, {
        type: 'ContextTooLong',
      });
    }
    const after = usage.outputTokens === undefined ? '' : ` after ${usage.outputTokens} tokens`;
    throw new AgentError(`${where}: the answer was cut off${after}: raise maxOutputTokens`, {
      type: 'InvalidOutput',
    });
  }
  if (finishReason === 'error') throw new AgentError(`${where}: the model failed while it answered`);
  return text.trim() === '' ? { text, ...defined({ instead: insteadOfText(reply) }) } : { text };
}

/** A model may call tools that it was not given, or stop after its reasoning. */
function insteadOfText({ toolCalls, reasoningText = '' }: ModelReply): string | undefined {
  const [call] = toolCalls;
  if (call !== undefined) return `only a call of the tool ${shown(call.toolName)}, and it has no tools`;
  return reasoningText.trim() === '' ? undefined : 'only reasoning';
}
