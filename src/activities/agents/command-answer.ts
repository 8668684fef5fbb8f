// What the end of a program means: an output, or which failure.
import { AgentError } from '../agent-error.js';
import type { ProcessEnd } from './run-process.js';

/** Characters of stderr that a failure carries. */
const STDERR_IN_FAILURE = 4096;

/** Characters of an answer that is no JSON that the failure shows. */
const GARBAGE_SHOWN = 200;

export interface CommandResult {
  readonly stdout: string;
  /** Its tail, where it is long. */
  readonly stderr: string;
  readonly exitCode: number;
}

export interface CommandAnswerOptions<I, O> {
  readonly program: string;
  readonly successExits: readonly number[];
  readonly retryableExits: readonly number[];
  readonly format: 'json' | 'text';
  readonly maxStdoutBytes: number;
  parse?(this: void, result: CommandResult, input: I): O | Promise<O>;
}

export function commandAnswer<I, O>(options: CommandAnswerOptions<I, O>): (end: ProcessEnd, input: I) => Promise<O> {
  const name = JSON.stringify(options.program);
  return async ({ exitCode, signal, stdout, stderr, tooLarge }, input) => {
    const beneath = said(stderr);
    if (tooLarge) {
      throw new AgentError(`${name} printed more than ${options.maxStdoutBytes} bytes, and was killed`, {
        type: 'OutputTooLarge',
        ...beneath,
      });
    }
    if (exitCode === null) {
      throw new AgentError(`${name} was ended by ${signal ?? 'a signal'}`, { details: { signal }, ...beneath });
    }
    if (!options.successExits.includes(exitCode)) {
      const last = lastLine(stderr);
      throw new AgentError(`${name} exited with ${exitCode}${last === '' ? '' : `: ${last}`}`, {
        retryable: options.retryableExits.includes(exitCode),
        details: { exitCode },
        ...beneath,
      });
    }
    if (options.parse !== undefined) return options.parse({ stdout, stderr, exitCode }, input);
    const answer: unknown = options.format === 'text' ? stdout.replace(/\r?\n$/, '') : parseJson(name, stdout, beneath);
    // What it is, the pipeline checks against the schema of the output.
    return answer as O;
  };
}

/** What a program said before it failed: never thrown, only shown beneath the failure. */
function said(stderr: string): { cause?: Error } {
  if (stderr.trim() === '') return {};
  const cause = new Error(stderr.trimEnd().slice(-STDERR_IN_FAILURE));
  cause.name = 'Stderr';
  return { cause };
}

function parseJson(name: string, stdout: string, beneath: { cause?: Error }): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    const shown = stdout.length > GARBAGE_SHOWN ? `${stdout.slice(0, GARBAGE_SHOWN)}…` : stdout;
    const came = stdout.trim() === '' ? 'nothing' : JSON.stringify(shown);
    throw new AgentError(`${name} exited with success: expected JSON on stdout, got ${came}`, {
      type: 'InvalidOutput',
      ...beneath,
    });
  }
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)?.trim().slice(0, 500) ?? '';
