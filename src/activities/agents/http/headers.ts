// The headers of a call. A value may be a secret.
import { defined } from '../../../domain/json/defined.js';
import { z } from 'zod';
import type { AgentContext } from '../../../domain/agent/agent.js';
import { SecretReference, sourceOf, type SecretUse } from '../../../domain/secret.js';
import { HEADER_VALUE, readHeaderSecret } from '../secret.js';

/** `token` of RFC 9110. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const Prefix = z.string().regex(HEADER_VALUE);

export const Headers = z.record(
  z.string().regex(HEADER_NAME, 'expected the name of a header'),
  z.union([
    z.string().regex(HEADER_VALUE, 'expected characters that a header may hold'),
    /** `{ env: TOKEN, prefix: 'Bearer ' }` */
    z.strictObject({ env: z.string().min(1), prefix: Prefix.optional() }),
    SecretReference.extend({ prefix: Prefix.optional() }),
  ]),
);
export type Headers = z.infer<typeof Headers>;

export async function resolveHeaders(declared: Headers, context: AgentContext): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(declared)) {
    if (typeof value === 'string') headers[name] = value;
    else headers[name] = (value.prefix ?? '') + (await readHeaderSecret(context, value, headerName(name)));
  }
  return headers;
}

export const secretsOfHeaders = (declared: Headers): SecretUse[] =>
  Object.entries(declared).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [{ what: headerName(name), source: sourceOf(value) }],
  );

const headerName = (name: string): string => `header ${JSON.stringify(name)}`;

/** Headers that tell the agent which call this is. */
export const callHeaders = ({ idempotencyKey, attempt, correlation }: AgentContext): Record<string, string> => ({
  'idempotency-key': asciiOnly(idempotencyKey),
  'baton-run-id': asciiOnly(correlation.run),
  'baton-task-id': asciiOnly(correlation.task),
  'baton-attempt': String(attempt),
  ...(correlation.item === undefined ? {} : { 'baton-item-index': String(correlation.item) }),
});

/** Headers that lead from the agent to the trace of the run, and to everything with the same correlation id. */
export const correlationHeaders = ({ correlation: { id, traceparent } }: AgentContext): Record<string, string> => ({
  ...defined({ traceparent }),
  ...(id === undefined ? {} : { 'x-correlation-id': asciiOnly(id) }),
});

/** A run id may be any text, a header may not. The same text is always encoded in the same way. */
const asciiOnly = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text));
