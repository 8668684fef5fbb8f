// The headers of a call. A value may stand in the environment of the worker, so that no secret is in a plan, a file or a
// history; such a value is read when the call is made, and never printed.
import { z } from 'zod';
import type { AgentContext } from '../../domain/agent.js';
import { AgentError } from '../agent-error.js';

/** `token` of RFC 9110, and field values without control characters. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export const Headers = z.record(
  z.string().regex(NAME, 'expected the name of a header'),
  z.union([
    z.string().regex(VALUE, 'expected characters that a header may hold'),
    /** `{ env: TOKEN, prefix: 'Bearer ' }` */
    z.strictObject({ env: z.string().min(1), prefix: z.string().regex(VALUE).optional() }),
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
    const secret = environment[value.env];
    if (secret === undefined || secret === '') throw unusable(name, value.env, 'is not set');
    if (!VALUE.test(secret)) throw unusable(name, value.env, 'holds a character that a header may not');
    secrets.push(secret);
    return [name, (value.prefix ?? '') + secret];
  });
  return {
    headers: Object.fromEntries(headers),
    redact: (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text),
  };
}

const unusable = (name: string, variable: string, why: string): AgentError =>
  new AgentError(
    `header ${JSON.stringify(name)}: the environment variable ${JSON.stringify(variable)} of the worker ${why}`,
    {
      type: 'AgentRefused',
    },
  );

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
