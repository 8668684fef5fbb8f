// From the body of a reply to the answer of an agent.
import { BigNumberError, readJson, type BigNumbers } from '../../../domain/json/read-json.js';
import { syntaxPlace } from '../../../domain/json/syntax-place.js';
import { withHint } from '../../../domain/problem.js';
import type { Redactor } from '../../../domain/secret.js';
import { truncateEnd } from '../../../domain/text/truncate.js';
import { AgentError } from '../../errors/agent-error.js';
import { messageOf } from '../../errors/truncate-error.js';
import { BIG_NUMBERS_HINT } from '../big-numbers.js';
import { bodyText, type Body } from './read-body.js';

/** Characters that are shown of an answer that is not JSON. */
const SHOWN = 200;

export interface AnswerOptions {
  /** The request; messages begin with it. */
  readonly where: string;
  readonly format: 'json' | 'text';
  readonly bigNumbers: BigNumbers;
  readonly redactor: Pick<Redactor, 'redact'>;
}

/** Throws `InvalidOutput`. */
export function readAnswer({ where, format, bigNumbers, redactor }: AnswerOptions, body: Body): unknown {
  const text = decode(where, body);
  if (format === 'text') return text;
  // No content: status 204, or an empty body.
  if (text.trim() === '') return null;
  try {
    return readJson(text, bigNumbers);
  } catch (error) {
    if (error instanceof BigNumberError) throw invalid(`${where}: ${withHint(error.message, BIG_NUMBERS_HINT)}`);
    const start = JSON.stringify(truncateEnd(redactor.redact(text), SHOWN));
    throw invalid(`${where}: expected JSON, got ${start}${syntaxPlace(text)}`);
  }
}

/** The text of a reply, which must be in the charset that it declares, or in UTF-8. Throws `InvalidOutput`. */
export function decode(where: string, body: Body): string {
  try {
    return bodyText(body);
  } catch (error) {
    const hint = body.charset === undefined ? 'a reply in another charset must declare it in Content-Type' : undefined;
    throw invalid(`${where}: ${withHint(messageOf(error), hint)}`);
  }
}

const invalid = (message: string): AgentError => new AgentError(message, { type: 'InvalidOutput' });
