// What the AI SDK throws, as failures. Providers say the same thing in many ways: their codes are known where they have
// some, their wording where they have none.
import { z } from 'zod';
import type { FailureType } from '../../domain/failure.js';
import { oneLine } from '../../domain/one-line.js';
import { got } from '../../domain/problem.js';
import { AgentError } from '../agent-error.js';
import { retryAfterOf } from './retry-after.js';

/** Characters of what a provider says that a message shows. */
const SHOWN = 300;

/** Too many requests, out of service, and what Anthropic answers when it is overloaded. */
const OVERLOADED: ReadonlySet<number> = new Set([429, 503, 529]);
/** Below 500, what may pass: timeout, conflict of two requests, too early. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425]);

/** Waiting does not fill an account. */
const NO_CREDIT = /insufficient_quota|billing|credit balance/i;
const OVERLOAD = /overloaded/i;
const TOO_LONG =
  /context_length_exceeded|exceed_context_size|request_too_large|maximum context length|context (?:length|window|size)|prompt is too long|input (?:is too long|token count)/i;
const FILTERED =
  /content_filter|content_policy|content filter|content management policy|content policy|usage policy|responsibleai/i;

export interface Called {
  /** `openai model "gpt-5"`, which messages begin with. */
  readonly where: string;
  /** What to look at where the key is refused. */
  readonly keyHint: string;
  readonly sdk: typeof import('ai');
}

/** An error of a call, without anything in it that was sent. */
export function callFailure(error: unknown, { where, keyHint, sdk }: Called): AgentError {
  const own = agentErrorIn(error);
  if (own !== undefined) return own;
  if (sdk.APICallError.isInstance(error) && error.statusCode !== undefined) {
    const { statusCode, responseBody = '', responseHeaders = {}, message } = error;
    const said = saidIn(responseBody);
    const status = statusCode >= 400 ? statusCode : (said.status ?? statusCode);
    if (status >= 400)
      return refused({ where, keyHint, status, headers: responseHeaders, body: responseBody, message });
    if (status >= 300) return redirected(where, status, responseHeaders['location']);
    return noReply(where, responseBody);
  }
  if (sdk.InvalidResponseDataError.isInstance(error) || sdk.TypeValidationError.isInstance(error)) {
    return noReply(where, JSON.stringify(sdk.InvalidResponseDataError.isInstance(error) ? error.data : error.value));
  }
  // Whatever else: nobody knows what it carries, so that it is not kept as the cause.
  const text = error instanceof Error ? error.message : String(error);
  return new AgentError(`${where}: ${shown(text)}`);
}

function agentErrorIn(error: unknown): AgentError | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    if (one instanceof AgentError) return one;
  }
  return undefined;
}

interface Refusal {
  readonly where: string;
  readonly keyHint: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the SDK has read in the body, or the text of the status. */
  readonly message: string;
}

function refused({ where, keyHint, status, headers, body, message }: Refusal): AgentError {
  const said = saidIn(body);
  const type = typeOf(status, `${said.code ?? ''} ${said.type ?? ''} ${said.message ?? body}`);
  const text = shown(said.message ?? (body.trim() === '' ? message : body));
  const hint = hintOf(type, status, keyHint);
  const after = type === 'Overloaded' ? retryAfterOf(headers, Date.now()) : undefined;
  const code = said.code ?? said.type;
  return new AgentError(
    `${where} answered ${status}${text === '' ? '' : `: ${text}`}${hint === undefined ? '' : `; ${hint}`}`,
    {
      type,
      details: { status, ...(code === undefined ? {} : { code: code.slice(0, SHOWN) }) },
      ...(after === undefined ? {} : { retryAfterMs: after }),
    },
  );
}

function hintOf(type: FailureType, status: number, keyHint: string): string | undefined {
  if (type === 'ContextTooLong') return 'shorten the prompt, or take a model that reads more';
  if (type !== 'AgentRefused') return undefined;
  if (status === 401 || status === 403) return keyHint;
  return status === 404 ? 'check the model and baseURL' : undefined;
}

function typeOf(status: number, said: string): FailureType {
  if (status === 413) return 'ContextTooLong';
  if (status === 400 || status === 422 || status === 403) {
    if (TOO_LONG.test(said)) return 'ContextTooLong';
    if (FILTERED.test(said)) return 'ContentFiltered';
  }
  if (status === 429 && NO_CREDIT.test(said)) return 'AgentRefused';
  if (OVERLOADED.has(status) || (status >= 500 && OVERLOAD.test(said))) return 'Overloaded';
  return status >= 500 || PASSING.has(status) ? 'AgentFailed' : 'AgentRefused';
}

const redirected = (where: string, status: number, location: string | undefined): AgentError =>
  new AgentError(
    `${where} redirected${location === undefined ? '' : ` to ${got(location)}`} (${status}); a call goes only where baseURL says`,
    { type: 'AgentRefused', details: { status } },
  );

const noReply = (where: string, body: string): AgentError =>
  new AgentError(`${where}: expected a reply of a model, got ${got(body.slice(0, SHOWN))}; check baseURL`, {
    type: 'InvalidOutput',
  });

const shown = (text: string): string => oneLine(text.slice(0, 4 * SHOWN)).slice(0, SHOWN);

const ErrorReply = z.object({
  error: z.union([
    z.string().transform((message) => ({ message, code: undefined, type: undefined })),
    z.object({
      message: z.string().optional().catch(undefined),
      code: z.union([z.string(), z.number()]).optional().catch(undefined),
      type: z.string().optional().catch(undefined),
    }),
  ]),
});

interface Said {
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  /** Gateways answer 200 with the status of whom they asked inside. */
  readonly status?: number | undefined;
}

/** OpenAI's and Anthropic's errors, and those of who writes like them. */
function saidIn(body: string): Said {
  const parsed = ErrorReply.safeParse(jsonOf(body));
  if (!parsed.success) return {};
  const { message, code, type } = parsed.data.error;
  const status = Number(code);
  return {
    message,
    type,
    code: code === undefined ? undefined : String(code),
    status: Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined,
  };
}

/** `undefined` for text that is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
