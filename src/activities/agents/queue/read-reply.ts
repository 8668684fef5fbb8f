// The reply of a consumer: `{ "data": … }`, or `{ "error": { "message", "type"?, "retryable"?, "retryAfterMs"?, "details"? } }`.
import { z } from 'zod';
import { BigNumberError, readJson, type BigNumbers } from '../../../domain/json/read-json.js';
import { issueLines } from '../../../domain/json/issue-lines.js';
import { syntaxPlace } from '../../../domain/json/syntax-place.js';
import { defined } from '../../../domain/json/defined.js';
import { withHint } from '../../../domain/problem.js';
import type { Redactor } from '../../../domain/secret.js';
import { decodeText } from '../../../domain/text/decode.js';
import { truncateEnd } from '../../../domain/text/truncate.js';
import { AgentError } from '../../errors/agent-error.js';
import { messageOf } from '../../errors/truncate-error.js';
import { BIG_NUMBERS_HINT } from '../big-numbers.js';

const ReplyError = z.strictObject({
  message: z.string(),
  /** A name of the consumer's own, for programs. */
  type: z.string().max(200).optional(),
  /** Default true. */
  retryable: z.boolean().optional(),
  retryAfterMs: z.number().min(0).optional(),
  details: z.unknown().optional(),
});

const ErrorReply = z.strictObject({ error: ReplyError });

const EXPECTED = 'expected { "data": … } or { "error": { "message": … } }';

/** Characters that are shown of a reply that is not JSON. */
const SHOWN = 200;

/** What a reply may have in addition to the largest output. */
const SPARE_BYTES = 64 * 1024;

export interface ReplyOptions {
  /** Messages begin with it. */
  readonly where: string;
  readonly bigNumbers: BigNumbers;
  readonly redactor: Pick<Redactor, 'redact'>;
  /** Of the output. */
  readonly maxBytes: number;
}

/** The data of the reply. Throws an AgentError: `AgentFailed` or `AgentRefused` if the consumer reports an error. */
export function readReply(body: Uint8Array, { where, bigNumbers, redactor, maxBytes }: ReplyOptions): unknown {
  if (body.length > maxBytes + SPARE_BYTES)
    throw new AgentError(`${where} has ${body.length} bytes, more than ${maxBytes + SPARE_BYTES}`, {
      type: 'OutputTooLarge',
    });
  const value = parse(body, { where, bigNumbers, redactor });
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && Object.keys(value).length === 1 && 'data' in value) return value.data;
  if (isObject && 'error' in value) {
    const parsed = ErrorReply.safeParse(value);
    if (parsed.success) throw reportedError(parsed.data.error, { where, redactor });
    const [line = ''] = issueLines(parsed.error.issues, { schema: ErrorReply, raw: value });
    throw invalid(`${where}: ${redactor.redact(line)}`);
  }
  throw invalid(`${where}: ${EXPECTED}, got ${truncateEnd(redactor.redact(JSON.stringify(value)), SHOWN)}`);
}

type Parsing = Omit<ReplyOptions, 'maxBytes'>;

function parse(body: Uint8Array, { where, bigNumbers, redactor }: Parsing): unknown {
  let text = '';
  try {
    text = decodeText(body);
    return readJson(text, bigNumbers);
  } catch (error) {
    if (error instanceof BigNumberError) throw invalid(`${where}: ${withHint(error.message, BIG_NUMBERS_HINT)}`);
    if (!(error instanceof SyntaxError)) throw invalid(`${where}: ${messageOf(error)}`);
    const start = JSON.stringify(truncateEnd(redactor.redact(text), SHOWN));
    throw invalid(`${where}: expected JSON, got ${start}${syntaxPlace(text)}`);
  }
}

function reportedError(
  { message, type, retryable = true, retryAfterMs, details }: z.infer<typeof ReplyError>,
  { where, redactor }: Pick<Parsing, 'where' | 'redactor'>,
): AgentError {
  const text = redactor.redact(message).trim();
  const name = type === undefined ? '' : `${redactor.redact(type)}: `;
  const more = defined({ type, details });
  return new AgentError(`${where} is an error: ${name}${text === '' ? 'without a message' : text}`, {
    retryable,
    ...defined({ retryAfterMs }),
    ...(Object.keys(more).length === 0 ? {} : { details: more }),
  });
}

const invalid = (message: string): AgentError => new AgentError(message, { type: 'InvalidOutput' });
