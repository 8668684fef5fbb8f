// One request to a model, as the trace of a run records it: without the prompt and the answer.
import { defined } from '../../../domain/json/defined.js';
import type { ModelCall as ChatRecord } from '../../../domain/trace/record.js';
import type { Endpoint } from './model.js';

interface ChatSettings {
  readonly endpoint: Pick<Endpoint, 'provider' | 'model' | 'baseURL'>;
  /** Present if the answer is to be JSON. */
  readonly format: object | undefined;
  readonly temperature?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
}

/** What is known of a request when it has ended. */
export interface ChatEnd {
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  answeredBy?: string;
  answerId?: string;
  finish?: string;
  /** The type of the failure. */
  error?: string;
}

export function chatRecord({ endpoint, format, ...settings }: ChatSettings, from: number, end: ChatEnd): ChatRecord {
  const { provider, model, baseURL } = endpoint;
  const { temperature, maxOutputTokens: maxTokens } = settings;
  return {
    ...{ from, to: Date.now(), provider, model },
    ...(baseURL === undefined ? {} : addressOf(new URL(baseURL))),
    ...(format === undefined ? {} : { json: true as const }),
    ...defined({ temperature, maxTokens, ...end }),
  };
}

const addressOf = ({ hostname, port, protocol }: URL) => ({
  server: hostname,
  port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
});
