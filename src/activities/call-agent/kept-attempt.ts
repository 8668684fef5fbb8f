// What the worker keeps of one attempt for `baton logs`: a bounded number of lines, and how the attempt failed.
import { ApplicationFailure, type CancelledFailure } from '@temporalio/common';
import type { AgentLog } from '../../domain/agent/agent.js';
import { defined } from '../../domain/json/defined.js';
import type { CallRequest } from '../../domain/call/request.js';
import type { KeepLine, KeptLine } from '../../domain/run/kept-line.js';
import { truncateEnd } from '../../domain/text/truncate.js';
import { AgentError } from '../errors/agent-error.js';
import type { Attempt } from './attempt.js';

/** Characters of all lines of one attempt: a program that prints without end must not push out the lines of all other calls. */
const MOST_OF_ATTEMPT = 1024 * 1024;
/** Characters of one line or one stack. */
const MOST_OF_LINE = 16 * 1024;
/** Characters of the fields of one line, as JSON. */
const MOST_OF_FIELDS = 4 * 1024;
const MAX_CAUSES = 5;

export interface KeptAttempt {
  readonly log: AgentLog;
  /** `error`: what was thrown, without secrets. */
  failed(failure: ApplicationFailure | CancelledFailure, error: unknown): void;
}

export function keepAttempt(keep: KeepLine, call: string, request: CallRequest, attempt: Attempt): KeptAttempt {
  const { run, task, item } = request;
  let room = MOST_OF_ATTEMPT;
  const write = (line: Pick<KeptLine, 'level' | 'message' | 'fields' | 'failure' | 'stack' | 'cut'>): void =>
    keep({
      time: new Date().toISOString(),
      ...{ run, task, ...defined({ item }), call, attempt: attempt.number },
      ...line,
    });
  const lineOf =
    (level: KeptLine['level']): AgentLog['info'] =>
    (message, fields) => {
      if (room < 0) return;
      const text = truncateEnd(message, MOST_OF_LINE);
      room -= text.length;
      if (room < 0) {
        const size = `${MOST_OF_ATTEMPT / 1024 ** 2} MiB`;
        return write({ level: 'warn', message: `this attempt has logged ${size}; the rest is not kept`, cut: true });
      }
      write({ level, message: text, ...defined({ fields: fieldsOf(fields) }) });
    };
  return {
    log: { debug: lineOf('debug'), info: lineOf('info'), warn: lineOf('warn'), error: lineOf('error') },
    failed(failure, error) {
      // Turned away before the agent was called, which may happen again and again: the run reports what it waits for.
      if (!attempt.began && attempt.refused > 0) return;
      const type = failure instanceof ApplicationFailure ? (failure.type ?? 'AgentFailed') : 'Cancelled';
      const stack = stackOf(error);
      write({
        level: 'error',
        message: truncateEnd(failure.message, MOST_OF_LINE),
        failure: type,
        ...defined({ stack: stack === '' ? undefined : truncateEnd(stack, MOST_OF_LINE) }),
      });
    },
  };
}

function fieldsOf(fields: Record<string, unknown> | undefined): unknown {
  if (fields === undefined) return undefined;
  try {
    const json = JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? errorText(value) : value));
    if (json === '{}') return undefined;
    return json.length > MOST_OF_FIELDS ? truncateEnd(json, MOST_OF_FIELDS) : (JSON.parse(json) as unknown);
  } catch {
    return 'the fields are not JSON';
  }
}

const errorText = (error: Error): string => error.stack ?? error.message;

/**
 * Empty for an error of Baton's own without a cause: its stack shows nothing of the agent. The stderr of a program is left out,
 * because each of its lines has been kept.
 */
function stackOf(error: unknown): string {
  const parts: string[] = [];
  for (let one = error, depth = 0; one instanceof Error && depth <= MAX_CAUSES; one = one.cause, depth++) {
    if (one.name === 'Stderr' || one instanceof AgentError) continue;
    parts.push(depth === 0 ? errorText(one) : `caused by: ${errorText(one)}`);
  }
  return parts.join('\n');
}

/** Both logs get each line. */
export function bothLogs(one: AgentLog, other: AgentLog): AgentLog {
  const write =
    (level: keyof AgentLog): AgentLog['info'] =>
    (message, fields) => {
      one[level](message, fields);
      other[level](message, fields);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
