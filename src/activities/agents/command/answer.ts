// From the end of a program to an output, or to the type of the failure.
import { AgentError } from '../../errors/agent-error.js';
import { BigNumberError, readJson, type BigNumbers } from '../../../domain/json/read-json.js';
import { syntaxPlace } from '../../../domain/json/syntax-place.js';
import { withHint } from '../../../domain/problem.js';
import type { Redactor } from '../../../domain/secret.js';
import { decodeText } from '../../../domain/text/decode.js';
import { messageOf } from '../../errors/truncate-error.js';
import { BIG_NUMBERS_HINT } from '../big-numbers.js';
import { missingVariableHint } from './environment.js';
import type { ProcessEnd } from './run-process.js';
import { errorLineOf, stderrCause } from './stderr.js';
import { truncateEnd } from '../../../domain/text/truncate.js';

/** What shells, `env` and `nohup` answer if a program may not be executed or does not exist: another attempt would not help. */
const NOT_EXECUTED: readonly number[] = [126, 127];

/** Characters that a failure shows of an answer that is not JSON. */
const SHOWN_OF_ANSWER = 200;

export interface CommandResult {
  readonly stdout: string;
  /** Only the end of it, if it is long. */
  readonly stderr: string;
  readonly exitCode: number;
}

export interface CommandAnswerOptions<I, O> {
  readonly program: string;
  readonly successExits: readonly number[];
  /** Exit codes of failures that are not retried, in addition to 126 and 127. */
  readonly fatalExits: readonly number[];
  readonly format: 'json' | 'text';
  readonly bigNumbers: BigNumbers;
  parse?(this: void, result: CommandResult, input: I): O | Promise<O>;
}

export interface EndedCommand extends ProcessEnd {
  /** The environment that the program had. */
  readonly environment: NodeJS.ProcessEnv;
  /** The most that it may have printed. */
  readonly maxStdoutBytes: number;
}

/**
 * Makes the function that reads the answer. It throws an `AgentError` if the program failed. JSON is parsed before its secrets are
 * replaced, by the caller; all other text is redacted here, before any of it is cut.
 */
export function createAnswerReader<I, O>(
  options: CommandAnswerOptions<I, O>,
): (end: EndedCommand, input: I, redactor: Pick<Redactor, 'redact'>) => Promise<O> {
  const name = JSON.stringify(options.program);
  return async ({ exitCode, signal, stdout, tooLarge, environment, maxStdoutBytes, ...rest }, input, { redact }) => {
    const stderr = redact(rest.stderr);
    const cause = stderrCause(stderr);
    if (tooLarge) {
      throw new AgentError(`${name} printed more than ${maxStdoutBytes} bytes and was killed`, {
        type: 'OutputTooLarge',
        ...cause,
      });
    }
    const line = errorLineOf(stderr);
    const reason = line === '' ? '' : `: ${line}`;
    if (exitCode === null) {
      // It was killed while it was running, for example because memory ran out: part of its work may be done.
      const message = `${name} was ended by ${signal ?? 'a signal'}${reason}`;
      throw new AgentError(message, { type: 'NoAnswer', details: { signal }, ...cause });
    }
    if (!options.successExits.includes(exitCode)) {
      const message = `${name} exited with ${exitCode}${reason}`;
      throw new AgentError(withHint(message, missingVariableHint(stderr, environment)), {
        retryable: ![...NOT_EXECUTED, ...options.fatalExits].includes(exitCode),
        details: { exitCode },
        ...cause,
      });
    }
    const text = decodeStdout(name, stdout, cause);
    // The function may throw an error with the beginning of what it got.
    if (options.parse !== undefined) return options.parse({ stdout: redact(text), stderr, exitCode }, input);
    if (options.format === 'text') return redact(text).replace(/\r?\n$/, '') as O;
    const answer = parseStdout({ name, bigNumbers: options.bigNumbers, redact, cause }, text);
    // Its type is checked by the caller, against the schema of the output.
    return answer as O;
  };
}

function decodeStdout(name: string, stdout: Buffer, cause: { cause?: Error }): string {
  try {
    return decodeText(stdout);
  } catch (error) {
    throw invalidStdout(`${name}: stdout: ${messageOf(error)}; let the program print UTF-8`, cause);
  }
}

interface Parsing {
  readonly name: string;
  readonly bigNumbers: BigNumbers;
  readonly redact: Redactor['redact'];
  readonly cause: { cause?: Error };
}

function parseStdout({ name, bigNumbers, redact, cause }: Parsing, stdout: string): unknown {
  try {
    return readJson(stdout, bigNumbers);
  } catch (error) {
    if (error instanceof BigNumberError) {
      throw invalidStdout(`${name}: stdout: ${withHint(error.message, BIG_NUMBERS_HINT)}`, cause);
    }
    const came = stdout.trim() === '' ? 'nothing' : JSON.stringify(truncateEnd(redact(stdout), SHOWN_OF_ANSWER));
    const place = came === 'nothing' ? '' : syntaxPlace(stdout);
    throw invalidStdout(`${name} exited with success: expected JSON on stdout, got ${came}${place}`, cause);
  }
}

const invalidStdout = (message: string, cause: { cause?: Error }): AgentError =>
  new AgentError(message, { type: 'InvalidOutput', ...cause });
