// Requests to the HTTP API of another system, with JSON in both directions. Failures are those of agents behind HTTP.
import type { Response } from 'undici';
import type { AgentContext } from '../../../domain/agent/agent.js';
import { headOf } from '../../../domain/text/well-formed.js';
import { AgentError } from '../../errors/agent-error.js';
import { fetch, openConnections } from '../http/connections.js';
import { networkFailure, statusFailure } from '../http/failure.js';
import { readAnswer } from '../http/read-answer.js';
import { bodyExcerpt, readBody } from '../http/read-body.js';
import { markSent } from '../sent-mark.js';

/** How long the system may take for an answer that it does not delay on purpose. */
const ANSWER_MS = 30_000;
/** What an answer may have around the largest output. */
const SPARE_BYTES = 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;
/** Characters that are shown of an error. */
const SHOWN = 500;

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Relative to the address of the system. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
  /** For how long the system delays its answer on purpose, in milliseconds. */
  readonly waitMs?: number;
  /** Statuses other than 2xx that are answers, not failures. */
  readonly accepts?: readonly number[];
}

export interface ApiAnswer {
  readonly status: number;
  /** `null` without a body. The text of an answer with another type than JSON. */
  readonly body: unknown;
}

export interface HttpApi {
  /** Throws an `AgentError` that names the request. */
  request(this: void, request: ApiRequest): Promise<ApiAnswer>;
  close(this: void): Promise<void>;
}

/** `base`: the address of the system, perhaps with a path. */
export function openHttpApi(base: string, { redactor, maxOutputBytes }: AgentContext): HttpApi {
  const connections = openConnections();
  const root = base.endsWith('/') ? base : `${base}/`;
  return {
    close: async () => (await connections()).destroy(),
    async request({ method = 'GET', path, headers = {}, body, signal, waitMs = 0, accepts = [] }) {
      const url = new URL(path.replace(/^\//, ''), root);
      const where = `${method} ${url.origin}${url.pathname}`;
      let isSent = false;
      const limited = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS + waitMs)]);
      const limit = maxOutputBytes + SPARE_BYTES;
      try {
        const response = await fetch(url, {
          method,
          headers: {
            accept: 'application/json, application/x-ndjson',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          dispatcher: markSent(await connections(), () => (isSent = true)),
          signal: limited,
          redirect: 'manual',
        });
        if (!response.ok && !accepts.includes(response.status)) {
          const text = bodyExcerpt(await readBody(response, MAX_ERROR_BYTES, undefined));
          throw statusFailure({ where, ...replyOf(response), body: headOf(redactor.redact(text), SHOWN) });
        }
        const read = await readBody(response, limit, undefined);
        if (read.isCut) throw new AgentError(`${where} answered more than ${limit} bytes`, { type: 'OutputTooLarge' });
        const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '') && !isLines(response);
        const options = { where, format: isJson ? 'json' : 'text', bigNumbers: 'refuse', redactor } as const;
        return { status: response.status, body: readAnswer(options, read) };
      } catch (error) {
        if (error instanceof AgentError) throw error;
        signal.throwIfAborted();
        if (limited.aborted)
          throw new AgentError(`${where} did not answer within ${ANSWER_MS / 1000} s`, { type: 'NoAnswer' });
        throw networkFailure(where, error, isSent);
      }
    },
  };
}

const isLines = ({ headers }: Response): boolean => headers.get('content-type')?.includes('ndjson') === true;

const replyOf = ({ status, headers }: Response) => ({
  status,
  retryAfter: headers.get('retry-after'),
  location: headers.get('location'),
});
