// How the AI SDK reaches a model.
// T1. A redirect is not followed: it would send the key and the prompt to an address that is not in the configuration.
// T2. If a server sends the key back, it is replaced here, before any other code reads the reply.
// T3. Replies are read up to a limit.
import { defined } from '../../../domain/json/defined.js';
import type { Agent as Connections, BodyInit, HeadersInit, Response as Answer } from 'undici';
import type { AgentContext } from '../../../domain/agent/agent.js';
import { AgentError } from '../../errors/agent-error.js';
import { atEndpoint } from '../http/at-endpoint.js';
import { fetch as reach } from '../http/connections.js';
import { networkFailure } from '../http/failure.js';
import { decode } from '../http/read-answer.js';
import { bodyExcerpt, readBody, type Body } from '../http/read-body.js';
import { markSent } from '../sent-mark.js';

/** How much larger than the largest output a reply may be: it also holds escapes, reasoning and log probabilities. */
const REPLY_FACTOR = 4;

/** No model answers with more. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** Statuses of replies without a body. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** What a user of a model of their own can do if it cannot be reached. */
const ADVICE = 'start its server, or check baseURL of the agent';

type Fetch = typeof globalThis.fetch;

export interface Transport {
  /** The model; messages begin with it. */
  readonly where: string;
  connections(this: void): Promise<Connections>;
  redact(this: void, text: string): string;
  readonly resource: AgentContext['resource'];
  readonly maxOutputBytes: number;
  /** Called for each part of a reply that arrives. */
  readonly active: AgentContext['active'];
}

/** The `fetch` of the SDK. It throws an `AgentError` if there is no reply, or if it is too large. An abort is thrown unchanged. */
export function modelFetch({ where, connections, redact, resource, maxOutputBytes, active }: Transport): Fetch {
  const limit = Math.min(REPLY_FACTOR * maxOutputBytes, MAX_REPLY_BYTES);
  return async (url, init) => {
    const signal = init?.signal ?? undefined;
    let isSent = false;
    try {
      const response = await reach(atEndpoint(urlText(url), resource), {
        method: init?.method ?? 'POST',
        headers: init?.headers as HeadersInit,
        body: (init?.body ?? null) as BodyInit | null,
        redirect: 'manual',
        dispatcher: markSent(await connections(), () => (isSent = true)),
        ...defined({ signal }),
      });
      active?.();
      const { status, headers } = response;
      const body = await readReply(response, limit, signal, active);
      if (body.isCut) throw new AgentError(`${where} answered more than ${limit} bytes`, { type: 'OutputTooLarge' });
      const text = response.ok ? decode(where, body) : bodyExcerpt(body);
      return sdkResponse({ status, headers: [...headers], text }, redact);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof AgentError ? error : networkFailure(where, error, isSent, ADVICE);
    }
  };
}

/** If an error reply cannot be read, its text is empty, since the status alone decides on the failure. */
async function readReply(
  response: Answer,
  limit: number,
  signal: AbortSignal | undefined,
  onChunk: (() => void) | undefined,
): Promise<Body> {
  try {
    return await readBody(response, limit, onChunk);
  } catch (error) {
    signal?.throwIfAborted();
    if (response.ok) throw error;
    return { bytes: new Uint8Array(), charset: undefined, isCut: false };
  }
}

const urlText = (url: string | URL | Request): string => (url instanceof Request ? url.url : url.toString());

interface RawReply {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
}

function sdkResponse({ status, headers, text }: RawReply, redact: Transport['redact']): Response {
  return new Response(WITHOUT_BODY.has(status) ? null : redact(text), {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, redact(value)]),
  });
}
