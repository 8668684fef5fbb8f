// An agent behind HTTP: the input is sent as a JSON body (for a GET, as the query), the answer is a JSON body. Redirects are not
// followed: they would send the idempotency key and the secrets to an address that is not in the configuration. What a failure shows
// of an answer is redacted before it is cut.
import { defined } from '../../../domain/json/defined.js';
import type { Response } from 'undici';
import { z } from 'zod';
import { AgentSettings, type Agent, type AgentContext, type AgentSchema } from '../../../domain/agent/agent.js';
import { AgentError } from '../../errors/agent-error.js';
import { agentVersion } from '../version.js';
import { atEndpoint } from './at-endpoint.js';
import { AgentDefinitionError, parseSettings } from '../definition.js';
import { fetch, openConnections } from './connections.js';
import { networkFailure, statusFailure } from './failure.js';
import { HttpUrl } from '../../../domain/http-url.js';
import { callHeaders, correlationHeaders, Headers, resolveHeaders, secretsOfHeaders } from './headers.js';
import { lookupPublic, refusePrivateHost } from './public-only.js';
import { fillParams, secretsOfParams, unusedParams, UrlParams } from './url-params.js';
import { readAnswer } from './read-answer.js';
import { bodyExcerpt, readBody } from './read-body.js';
import { BigNumbersSetting } from '../big-numbers.js';
import { markSent } from '../sent-mark.js';
import { headOf } from '../../../domain/text/well-formed.js';

/** What a body may have in addition to the largest output: white space around it. */
const SPARE_BYTES = 64 * 1024;

/** Characters that are shown of an error. */
const SHOWN = 200;

/** How much of an error is read. Secrets in it are replaced before it is cut to what is shown, so much more is read than is shown. */
const MAX_ERROR_BYTES = 64 * 1024;

/** The settings of an HTTP agent in a data file, in addition to those of every agent. */
export const HttpSettings = AgentSettings.extend({
  url: HttpUrl,
  /** Secrets in the path or query of the URL, by the names that are in it: `https://example.com/bot{token}`. */
  params: UrlParams.optional(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  headers: Headers.optional(),
  /** What the agent answers: one JSON document (default), or text, which becomes a string. */
  format: z.enum(['json', 'text']).optional(),
  /** Numbers that JavaScript cannot hold: `refuse` (default) fails the call with `InvalidOutput`, `text` makes each a string. */
  bigNumbers: BigNumbersSetting.optional(),
  /** False: addresses that are not public are refused, after the name has been resolved. Default true. */
  allowPrivate: z.boolean().optional(),
});
export type HttpSettings = z.infer<typeof HttpSettings>;

export interface HttpAgentOptions<I, O> extends HttpSettings {
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
}

/** Makes an agent that is called over HTTP. Throws an `AgentDefinitionError` if the settings are wrong. */
export function httpAgent<I = unknown, O = unknown>(options: HttpAgentOptions<I, O>): Agent<I, O> {
  const { input, output, ...data } = options;
  const parsed = parseSettings(HttpSettings, data);
  const { url, params = {}, method = 'POST', headers = {}, format = 'json', ...more } = parsed;
  const { bigNumbers = 'refuse', allowPrivate = true, ...settings } = more;
  refuseUnused(settings.type, url, params);
  const connections = openConnections(allowPrivate ? {} : { connect: { lookup: lookupPublic } });
  return {
    ...settings,
    kind: 'http',
    version: agentVersion(parsed, { input, output }),
    ...defined({ input, output }),
    secrets: [...secretsOfHeaders(headers), ...secretsOfParams(params)],
    async run(given, context) {
      const { redactor, signal, active } = context;
      const resolved = await resolveHeaders(headers, context);
      const at = atEndpoint(await fillParams(url, params, context), context.resource);
      if (!allowPrivate) refusePrivateHost(at);
      const where = `${method} ${at.origin}${at.pathname}`;
      const { target, body } = requestTarget(at, method, given);
      const sentHeaders = {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...correlationHeaders(context),
        ...withLowerCaseNames(resolved),
        ...callHeaders(context),
      };
      let isSent = false;
      const mapErrors = networkErrorMapper(where, context, () => isSent);
      const dispatcher = markSent(await connections(), () => (isSent = true));
      const init = { method, headers: sentHeaders, dispatcher, signal, redirect: 'manual' as const };
      const response = await mapErrors(() => fetch(target, body === undefined ? init : { ...init, body }));
      active?.();
      if (!response.ok) throw replyFailure(where, response, await readErrorText(response, context));
      const limit = context.maxOutputBytes + SPARE_BYTES;
      const reply = await mapErrors(() => readBody(response, limit, active));
      if (reply.isCut) throw new AgentError(`${where} answered more than ${limit} bytes`, { type: 'OutputTooLarge' });
      const answer = readAnswer({ where, format, bigNumbers, redactor }, reply);
      // Its type is checked by the caller, against the schema of the output.
      return answer as O;
    },
  };
}

/** Makes a failure of every error of the network; if the call was aborted, the signal's reason is thrown. */
const networkErrorMapper =
  (where: string, { signal }: AgentContext, isSent: () => boolean) =>
  async <T>(go: () => Promise<T>): Promise<T> => {
    try {
      return await go();
    } catch (error) {
      signal.throwIfAborted();
      throw networkFailure(where, error, isSent());
    }
  };

/** The beginning of an error reply; empty if it cannot be read, since the status alone decides on the failure. */
async function readErrorText(response: Response, { signal, redactor }: AgentContext): Promise<string> {
  try {
    const reply = await readBody(response, MAX_ERROR_BYTES, undefined);
    const text = bodyExcerpt(reply);
    return headOf(reply.isCut ? redactor.redactCut(text) : redactor.redact(text), SHOWN);
  } catch {
    signal.throwIfAborted();
    return '';
  }
}

function requestTarget(target: URL, method: string, input: unknown): { target: URL; body?: string } {
  if (method !== 'GET') return { target, body: JSON.stringify(input) ?? 'null' };
  for (const [name, value] of Object.entries(queryOf(input))) {
    if (value !== undefined) target.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return { target };
}

/** Only an object has names for the parameters of a query. */
function queryOf(input: unknown): object {
  if (input === null || input === undefined) return {};
  if (typeof input === 'object') return input;
  const came = typeof input === 'string' ? 'text' : `a ${typeof input}`;
  throw new AgentError(
    `input: expected an object, because GET sends each field as a parameter of the query, got ${came}; write input: { NAME: … }, or use another method`,
    { type: 'InvalidInput' },
  );
}

function refuseUnused(type: string, url: string, params: UrlParams): void {
  const problems = unusedParams(url, params).map(
    (name) => `agent ${JSON.stringify(type)}: params.${name}: expected "{${name}}" in the path or query of url`,
  );
  if (problems.length > 0) throw new AgentDefinitionError(problems);
}

const withLowerCaseNames = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const replyFailure = (where: string, { status, headers }: Response, body: string): AgentError =>
  statusFailure({ where, status, body, retryAfter: headers.get('retry-after'), location: headers.get('location') });
