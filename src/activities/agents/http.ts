// An agent behind HTTP: input as a JSON body (of a GET, as its query), answer as a JSON body. Redirects are not followed:
// they would take the idempotency key and the secrets to an address that nobody chose.
import { Agent as Connections, fetch, type Response } from 'undici';
import { z } from 'zod';
import { AgentSettings, type Agent, type AgentContext, type AgentSchema } from '../../domain/agent.js';
import { MAX_VALUE_BYTES } from '../../domain/call.js';
import { AgentError } from '../agent-error.js';
import { versionOf } from '../fingerprint.js';
import { atEndpoint } from './at-endpoint.js';
import { parseSettings } from './definition.js';
import { networkFailure, statusFailure } from './http-failure.js';
import { callHeaders, Headers, resolveHeaders } from './http-headers.js';
import { readBody } from './read-body.js';

/** White space around the largest value that is allowed. */
const MAX_BODY_BYTES = MAX_VALUE_BYTES + 64 * 1024;

/** Of an answer that is an error, or no JSON: enough to see what it is. */
const SHOWN_BYTES = 200;

/** What a data file may say of an HTTP agent, beside what it may say of any agent. */
export const HttpSettings = AgentSettings.extend({
  url: z.url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' }),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  headers: Headers.optional(),
  /** What it answers: one JSON document (default), or text, which becomes a string. */
  format: z.enum(['json', 'text']).optional(),
});
export type HttpSettings = z.infer<typeof HttpSettings>;

export interface HttpAgentOptions<I, O> extends HttpSettings {
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
}

/** Throws an `AgentDefinitionError` if its settings are wrong. */
export function httpAgent<I = unknown, O = unknown>(options: HttpAgentOptions<I, O>): Agent<I, O> {
  const { input, output, ...data } = options;
  const parsed = parseSettings(HttpSettings, data);
  const { url, method = 'POST', headers = {}, format = 'json', ...settings } = parsed;
  // The time of a call is bounded by its own timeout; a slow agent may well take more than the client's five minutes.
  const dispatcher = new Connections({ headersTimeout: 0, bodyTimeout: 0 });
  return {
    ...settings,
    kind: 'http',
    version: versionOf(parsed, { input, output }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    async run(given, context) {
      const resolved = resolveHeaders(headers, process.env);
      const at = atEndpoint(url, context.resource);
      const where = `${method} ${at.origin}${at.pathname}`;
      const { target, body } = address(at, method, given);
      const sent = {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...lowerCased(resolved.headers),
        ...callHeaders(context),
      };
      const { signal } = context;
      const init = { method, headers: sent, dispatcher, signal, redirect: 'manual' as const };
      const response = await reach(where, context, () => fetch(target, body === undefined ? init : { ...init, body }));
      const limit = response.ok ? MAX_BODY_BYTES : SHOWN_BYTES;
      const { text, more } = await reach(where, context, () => readBody(response, limit));
      if (!response.ok) throw refused(where, response, resolved.redact(text));
      if (more) throw new AgentError(`${where} answered more than ${limit} bytes`, { type: 'OutputTooLarge' });
      const answer = format === 'text' ? text : parseJson(where, text, resolved.redact);
      // What it is, the pipeline checks against the schema of the output.
      return answer as O;
    },
  };
}

async function reach<T>(where: string, { signal }: AgentContext, go: () => Promise<T>): Promise<T> {
  try {
    return await go();
  } catch (error) {
    signal.throwIfAborted();
    throw networkFailure(where, error);
  }
}

function address(target: URL, method: string, input: unknown): { target: URL; body?: string } {
  if (method !== 'GET') return { target, body: JSON.stringify(input) ?? 'null' };
  for (const [name, value] of Object.entries(typeof input === 'object' && input !== null ? input : {})) {
    if (value !== undefined) target.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return { target };
}

const lowerCased = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const refused = (where: string, { status, headers }: Response, body: string): AgentError =>
  statusFailure({ where, status, body, retryAfter: headers.get('retry-after'), location: headers.get('location') });

function parseJson(where: string, text: string, redact: (text: string) => string): unknown {
  // No content: 204, or a body that is empty.
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    const shown = redact(text).slice(0, SHOWN_BYTES);
    throw new AgentError(`${where}: expected JSON, got ${JSON.stringify(shown)}`, { type: 'InvalidOutput' });
  }
}
