// The failures of calls of models, from what the AI SDK throws. Providers report the same failure in many ways: it is recognised by
// their codes, or by their wording if they have no code for it.
import { defined } from '../../../domain/json/defined.js';
import { z } from 'zod';
import type { FailureType } from '../../../domain/failure.js';
import { oneLine } from '../../../domain/text/one-line.js';
import { shown, withHint } from '../../../domain/problem.js';
import { AgentError } from '../../errors/agent-error.js';
import { GATEWAY_GAVE_UP } from '../http/failure.js';
import { retryAfterMsFromHeaders } from '../http/retry-after.js';
import { truncateEnd } from '../../../domain/text/truncate.js';
import { headOf } from '../../../domain/text/well-formed.js';

/** Characters that a message shows of a provider's error. */
const SHOWN_OF_ERROR = 300;

/** Too many requests, out of service, and the status of Anthropic for an overload. */
const OVERLOADED_STATUSES: ReadonlySet<number> = new Set([429, 503, 529]);
/** Statuses below 500 of failures that may pass: timeout, conflict of two requests, too early. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 409, 425]);

/** An account without credit: a retry does not help. */
const NO_CREDIT = /insufficient_quota|billing|credit balance/i;
const OVERLOAD = /overloaded/i;
const TOO_LONG =
  /context_length_exceeded|exceed_context_size|request_too_large|maximum context length|context (?:length|window|size)|prompt is too long|input (?:is too long|token count)/i;
const FILTERED =
  /content_filter|content_policy|content filter|content management policy|content policy|usage policy|responsibleai/i;

export interface FailedModelCall {
  /** Messages begin with it: `openai model "gpt-5"`. */
  readonly where: string;
  /** What to check if the key is refused. */
  readonly keyHint: string;
  readonly sdk: typeof import('ai');
  /** Replaces secrets, before a text is cut. */
  redact(this: void, text: string): string;
}

/** The failure of a call. It contains nothing that was sent to the model. */
export function modelFailure(error: unknown, { where, keyHint, sdk, redact }: FailedModelCall): AgentError {
  const own = findAgentError(error);
  if (own !== undefined) return own;
  if (sdk.APICallError.isInstance(error) && error.statusCode !== undefined) {
    const { statusCode, responseBody = '', responseHeaders = {}, message } = error;
    const reported = parseErrorReply(responseBody);
    const status = statusCode >= 400 ? statusCode : (reported.status ?? statusCode);
    if (status >= 400)
      return modelStatusFailure({ where, keyHint, status, headers: responseHeaders, body: responseBody, message });
    if (status >= 300) return redirectFailure(where, status, responseHeaders['location']);
    return notAModelReply(where, responseBody);
  }
  if (sdk.InvalidResponseDataError.isInstance(error) || sdk.TypeValidationError.isInstance(error)) {
    return notAModelReply(
      where,
      JSON.stringify(sdk.InvalidResponseDataError.isInstance(error) ? error.data : error.value),
    );
  }
  // An unknown error may contain what was sent, so it is not kept as the cause.
  const text = error instanceof Error ? error.message : String(error);
  return new AgentError(`${where}: ${excerpt(redact(text))}`);
}

function findAgentError(error: unknown): AgentError | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    if (one instanceof AgentError) return one;
  }
  return undefined;
}

interface ModelErrorReply {
  readonly where: string;
  readonly keyHint: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the SDK read from the body, or the text of the status. */
  readonly message: string;
}

function modelStatusFailure({ where, keyHint, status, headers, body, message }: ModelErrorReply): AgentError {
  const reported = parseErrorReply(body);
  const type = modelStatusFailureType(
    status,
    `${reported.code ?? ''} ${reported.type ?? ''} ${reported.message ?? body}`,
  );
  const text = excerpt(reported.message ?? (body.trim() === '' ? message : body));
  const hint = failureHint(type, status, keyHint);
  const after = type === 'Overloaded' ? retryAfterMsFromHeaders(headers, Date.now()) : undefined;
  const code = reported.code ?? reported.type;
  return new AgentError(withHint(`${where} answered ${status}${text === '' ? '' : `: ${text}`}`, hint), {
    type,
    details: { status, ...(code === undefined ? {} : { code: truncateEnd(code, SHOWN_OF_ERROR) }) },
    ...defined({ retryAfterMs: after }),
  });
}

function failureHint(type: FailureType, status: number, keyHint: string): string | undefined {
  if (type === 'ContextTooLong') return 'shorten the prompt, or use a model with a larger context';
  if (type !== 'AgentRefused') return undefined;
  if (status === 401 || status === 403) return keyHint;
  return status === 404 ? 'check the model and baseURL' : undefined;
}

function modelStatusFailureType(status: number, error: string): FailureType {
  if (status === 413) return 'ContextTooLong';
  if (status === 400 || status === 422 || status === 403) {
    if (TOO_LONG.test(error)) return 'ContextTooLong';
    if (FILTERED.test(error)) return 'ContentFiltered';
  }
  if (status === 429 && NO_CREDIT.test(error)) return 'AgentRefused';
  if (OVERLOADED_STATUSES.has(status) || (status >= 500 && OVERLOAD.test(error))) return 'Overloaded';
  if (GATEWAY_GAVE_UP.has(status)) return 'NoAnswer';
  return status >= 500 || TRANSIENT_STATUSES.has(status) ? 'AgentFailed' : 'AgentRefused';
}

const redirectFailure = (where: string, status: number, location: string | undefined): AgentError =>
  new AgentError(
    `${where} redirected${location === undefined ? '' : ` to ${shown(location)}`} (${status}); redirects are not followed: set baseURL to the final address`,
    { type: 'AgentRefused', details: { status } },
  );

const notAModelReply = (where: string, body: string): AgentError =>
  new AgentError(`${where}: expected a reply of a model, got ${shown(body)}; check baseURL`, {
    type: 'InvalidOutput',
  });

const excerpt = (text: string): string => truncateEnd(oneLine(headOf(text, 4 * SHOWN_OF_ERROR)), SHOWN_OF_ERROR);

const ErrorBody = z.object({
  error: z.union([
    z.string().transform((message) => ({ message, code: undefined, type: undefined })),
    z.object({
      message: z.string().optional().catch(undefined),
      code: z.union([z.string(), z.number()]).optional().catch(undefined),
      type: z.string().optional().catch(undefined),
    }),
  ]),
});

interface ProviderError {
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  /** A gateway may answer 200, with the status of the server behind it in the body. */
  readonly status?: number | undefined;
}

/** Reads errors in the format of OpenAI or of Anthropic; empty if the body has neither. */
function parseErrorReply(body: string): ProviderError {
  const parsed = ErrorBody.safeParse(tryParseJson(body));
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

/** `undefined` for text that is not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
