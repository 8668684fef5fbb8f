// How the AI SDK reaches a model: requests that go nowhere else, and replies that are bounded and hold no key.
// T1. A redirect is not followed: it would carry the key and the prompt to an address that nobody chose.
// T2. What a server sends back of the key is taken out here, before anyone reads it.
import { Agent as Connections, fetch as reach, type BodyInit, type HeadersInit } from 'undici';
import { MAX_VALUE_BYTES } from '../../domain/call.js';
import type { AgentContext } from '../../domain/agent.js';
import { AgentError } from '../agent-error.js';
import { atEndpoint } from './at-endpoint.js';
import { networkFailure } from './http-failure.js';
import { readBody, type Body } from './read-body.js';

/** Four times the largest output: escapes, reasoning and log probabilities come with it. */
const MAX_REPLY_BYTES = 4 * MAX_VALUE_BYTES;

/** Statuses whose replies have no body. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

type Fetch = typeof globalThis.fetch;

export interface Transport {
  /** What is called, as messages begin. */
  readonly where: string;
  readonly connections: Connections;
  redact(this: void, text: string): string;
  readonly resource: AgentContext['resource'];
}

/** The time of a call is bounded by its own timeout: a model may well think for longer than the client's five minutes. */
export const openConnections = (): Connections => new Connections({ headersTimeout: 0, bodyTimeout: 0 });

/** Throws an `AgentError` if there is no reply, or one that is too large; an abort goes through as it is. */
export function modelFetch({ where, connections, redact, resource }: Transport): Fetch {
  return async (url, init) => {
    const signal = init?.signal ?? undefined;
    try {
      const response = await reach(atEndpoint(addressOf(url), resource), {
        method: init?.method ?? 'POST',
        headers: init?.headers as HeadersInit,
        body: (init?.body ?? null) as BodyInit | null,
        redirect: 'manual',
        dispatcher: connections,
        ...(signal === undefined ? {} : { signal }),
      });
      const { status, headers } = response;
      const body = await readBody(response, MAX_REPLY_BYTES);
      return replyOf(where, { status, headers: [...headers], body }, redact);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof AgentError ? error : networkFailure(where, error);
    }
  };
}

const addressOf = (url: string | URL | Request): string => (url instanceof Request ? url.url : url.toString());

interface Reply {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Body;
}

function replyOf(where: string, { status, headers, body }: Reply, redact: Transport['redact']): Response {
  if (body.more) {
    throw new AgentError(`${where} answered more than ${MAX_REPLY_BYTES} bytes`, { type: 'OutputTooLarge' });
  }
  const text = WITHOUT_BODY.has(status) ? null : redact(body.text);
  return new Response(text, {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, redact(value)]),
  });
}
