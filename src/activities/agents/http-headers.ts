// The headers of a call. A value may be a secret, which stands in the environment of the worker.
import { z } from 'zod';
import type { AgentContext } from '../../domain/agent.js';
import { HEADER_VALUE, readSecret, redacting } from './secret.js';

/** `token` of RFC 9110. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export const Headers = z.record(
  z.string().regex(NAME, 'expected the name of a header'),
  z.union([
    z.string().regex(HEADER_VALUE, 'expected characters that a header may hold'),
    /** `{ env: TOKEN, prefix: 'Bearer ' }` */
    z.strictObject({ env: z.string().min(1), prefix: z.string().regex(HEADER_VALUE).optional() }),
  ]),
);
export type Headers = z.infer<typeof Headers>;

export interface ResolvedHeaders {
  readonly headers: Record<string, string>;
  /** Takes every value that came from the environment out of a text. */
  redact(this: void, text: string): string;
}

export function resolveHeaders(declared: Headers, environment: NodeJS.ProcessEnv): ResolvedHeaders {
  const secrets: string[] = [];
  const headers = Object.entries(declared).map(([name, value]): [string, string] => {
    if (typeof value === 'string') return [name, value];
    const secret = readSecret({ what: `header ${JSON.stringify(name)}`, variable: value.env, environment });
    secrets.push(secret);
    return [name, (value.prefix ?? '') + secret];
  });
  return {
    headers: Object.fromEntries(headers),
    redact: redacting(secrets),
  };
}

/** What tells the other side which call this is. */
export const callHeaders = ({ idempotencyKey, attempt, correlation }: AgentContext): Record<string, string> => ({
  'idempotency-key': asciiOnly(idempotencyKey),
  'baton-run-id': asciiOnly(correlation.run),
  'baton-task-id': asciiOnly(correlation.task),
  'baton-attempt': String(attempt),
  ...(correlation.item === undefined ? {} : { 'baton-item-index': String(correlation.item) }),
});

/** Run ids are any text; headers are not. The same text is always written the same way. */
const asciiOnly = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text));
