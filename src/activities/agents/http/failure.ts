// The failures of calls over HTTP: by status, or by what went wrong on the network.
import { defined } from '../../../domain/json/defined.js';
import type { FailureType } from '../../../domain/failure.js';
import { AgentError } from '../../errors/agent-error.js';
import { retryAfterMs } from './retry-after.js';

/** The server asks its callers to slow down. */
const OVERLOADED: ReadonlySet<number> = new Set([429, 503]);
/** The server failed in a way that may pass: the request came too slowly or too early, or a part of the server failed. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 500]);
/** A gateway got no answer from the agent behind it: 502, 504, and the statuses that Cloudflare uses for that. */
export const GATEWAY_GAVE_UP: ReadonlySet<number> = new Set([502, 504, 520, 522, 524]);

export interface ErrorReply {
  /** The request: `POST http://127.0.0.1:8080/scan`. Without its query, which may hold a secret. */
  readonly where: string;
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
  readonly location: string | null;
}

export function statusFailure({ where, status, body, retryAfter, location }: ErrorReply): AgentError {
  const text = body.trim() === '' ? '' : `: ${body.trim().replace(/\s+/g, ' ')}`;
  const details = { status };
  if (status >= 300 && status < 400) {
    const target = location === null ? '' : ` to ${JSON.stringify(location)}`;
    return new AgentError(
      `${where} redirected${target} (${status}); redirects are not followed: set the agent's url to its final address`,
      {
        type: 'AgentRefused',
        details,
      },
    );
  }
  const after = retryAfterMs(retryAfter, Date.now());
  return new AgentError(`${where} answered ${status}${text}`, {
    type: statusFailureType(status),
    details,
    ...defined({ retryAfterMs: after }),
  });
}

function statusFailureType(status: number): FailureType {
  if (OVERLOADED.has(status)) return 'Overloaded';
  if (GATEWAY_GAVE_UP.has(status)) return 'NoAnswer';
  return TRANSIENT.has(status) ? 'AgentFailed' : 'AgentRefused';
}

/**
 * The failure of a request without a reply; an `AgentError` among the causes is the failure itself. If the request was not sent (connection refused, unknown host, no TLS), the agent has
 * not been called; if it was sent, the agent may have done its work. `advice`: what to do if it was not sent.
 */
export function networkFailure(where: string, error: unknown, isSent: boolean, advice?: string): AgentError {
  const own = causeChain(error).find((one) => one instanceof AgentError);
  if (own instanceof AgentError) return own;
  const code = errorCode(error);
  const reason = innermostMessage(error);
  const text = reason.includes(code) ? reason : `${reason} (${code})`;
  const what = isSent ? 'gave no answer: the connection was cut after the request was sent' : 'could not be reached';
  // The cause is left out: its message is in the text, and its stack is that of the HTTP client.
  return new AgentError(`${where} ${what}: ${text}${isSent || advice === undefined ? '' : `; ${advice}`}`, {
    type: isSent ? 'NoAnswer' : 'Unreachable',
    details: { code },
  });
}

function errorCode(error: unknown): string {
  for (const one of causeChain(error)) if ('code' in one && typeof one.code === 'string') return one.code;
  return 'no code';
}

/** The message of the innermost cause that has one: that of fetch itself is only "fetch failed". */
const innermostMessage = (error: unknown): string =>
  causeChain(error).findLast(({ message }) => message !== '')?.message ?? String(error);

function causeChain(error: unknown): Error[] {
  const errors: Error[] = [];
  for (let one = error; one instanceof Error && errors.length < 5; one = one.cause) errors.push(one);
  return errors;
}
