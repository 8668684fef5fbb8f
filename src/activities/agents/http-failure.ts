// What goes wrong between here and an HTTP agent, as failures.
import { AgentError } from '../agent-error.js';
import { retryAfterMs } from './retry-after.js';

/** The other side asks for patience. */
const OVERLOADED: ReadonlySet<number> = new Set([429, 503]);
/** The other side failed in a way that may pass: timeout, too early, or one of its own parts. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 500, 502, 504]);

export interface Refusal {
  /** `POST http://127.0.0.1:8080/scan`, without a query, which may hold a secret. */
  readonly where: string;
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
  readonly location: string | null;
}

export function statusFailure({ where, status, body, retryAfter, location }: Refusal): AgentError {
  const said = body.trim() === '' ? '' : `: ${body.trim().replace(/\s+/g, ' ')}`;
  const details = { status };
  if (status >= 300 && status < 400) {
    const target = location === null ? '' : ` to ${JSON.stringify(location)}`;
    return new AgentError(`${where} redirected${target} (${status}); a call goes only where its agent's url says`, {
      type: 'AgentRefused',
      details,
    });
  }
  const after = retryAfterMs(retryAfter, Date.now());
  return new AgentError(`${where} answered ${status}${said}`, {
    type: OVERLOADED.has(status) ? 'Overloaded' : PASSING.has(status) ? 'AgentFailed' : 'AgentRefused',
    details,
    ...(after === undefined ? {} : { retryAfterMs: after }),
  });
}

/** Refused, reset, no such host, a certificate that does not hold: the code is in the cause. */
export function networkFailure(where: string, error: unknown): AgentError {
  const code = codeOf(error);
  const reason = deepest(error);
  const text = reason.includes(code) ? reason : `${reason} (${code})`;
  return new AgentError(`${where} could not be reached: ${text}`, {
    type: 'Unreachable',
    details: { code },
    cause: error,
  });
}

function codeOf(error: unknown): string {
  for (const one of chain(error)) if ('code' in one && typeof one.code === 'string') return one.code;
  return 'no code';
}

/** The last cause with a message: fetch itself says no more than "fetch failed". */
const deepest = (error: unknown): string =>
  chain(error).findLast(({ message }) => message !== '')?.message ?? String(error);

function chain(error: unknown): Error[] {
  const errors: Error[] = [];
  for (let one = error; one instanceof Error && errors.length < 5; one = one.cause) errors.push(one);
  return errors;
}
