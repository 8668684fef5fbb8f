// What a result backend of Celery knows of a task, as JSON.
import { z } from 'zod';
import { BigNumberError, readJson } from '../../../../domain/json/read-json.js';
import { defined } from '../../../../domain/json/defined.js';
import { isRecord } from '../../../../domain/json/own-property.js';
import { withHint } from '../../../../domain/problem.js';
import { AgentError } from '../../../errors/agent-error.js';
import { BIG_NUMBERS_HINT } from '../../big-numbers.js';
import type { Sighting } from '../job-system.js';

const Meta = z.object({ status: z.string(), result: z.unknown(), traceback: z.string().nullish() });

/** A result is JSON twice at most: the answer, and what is around it. */
const SPARE_BYTES = 64 * 1024;

/** What a result may have, if its output may have `maxBytes`. */
export const mostBytes = (maxBytes: number): number => maxBytes + SPARE_BYTES;

/** Throws `InvalidOutput`, `OutputTooLarge`. */
export function sightingOf(where: string, text: string, maxBytes: number): Sighting {
  if (Buffer.byteLength(text) > mostBytes(maxBytes))
    throw new AgentError(`${where}: the result has more than ${maxBytes} bytes`, { type: 'OutputTooLarge' });
  const { status, result, traceback } = parse(where, text);
  switch (status) {
    case 'SUCCESS':
      return { state: 'succeeded', output: result ?? null };
    case 'FAILURE':
      return {
        state: 'failed',
        message: isUnknownTask(result) ? withHint(exceptionText(result), UNKNOWN_TASK_HINT) : exceptionText(result),
        retryable: !isUnknownTask(result),
        details: { exception: result, ...defined({ traceback: traceback ?? undefined }) },
      };
    case 'REVOKED':
      return { state: 'cancelled', message: 'it was revoked' };
    case 'PENDING':
    case 'RECEIVED':
      return { state: 'queued' };
    default:
      // STARTED, RETRY, and the states that tasks make up: their result is how far the task is.
      return {
        state: 'running',
        ...(status === 'STARTED' || result == null ? {} : { progress: progressOf(status, result) }),
      };
  }
}

function parse(where: string, text: string): z.infer<typeof Meta> {
  try {
    const parsed = Meta.safeParse(readJson(text, 'refuse'));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (error instanceof BigNumberError)
      throw new AgentError(`${where}: the result: ${withHint(error.message, BIG_NUMBERS_HINT)}`, {
        type: 'InvalidOutput',
      });
  }
  const hint = 'set result_serializer to "json" in the configuration of Celery';
  throw new AgentError(`${where}: expected a result as JSON, got something else; ${hint}`, { type: 'InvalidOutput' });
}

const progressOf = (status: string, result: unknown): unknown =>
  status === 'RETRY' ? { retry: exceptionText(result) } : result;

/** What a worker reports of a message whose task it does not have. */
const isUnknownTask = (result: unknown): boolean => isRecord(result) && result['exc_type'] === 'NotRegistered';

const UNKNOWN_TASK_HINT = 'no worker of Celery with this queue has the task: correct task or queue';

/** `ValueError: no rows`, of `{ exc_type, exc_message }`. */
function exceptionText(result: unknown): string {
  if (!isRecord(result)) return textOf(result);
  const { exc_type: type = 'Exception', exc_message: message = '' } = result;
  const text = (Array.isArray(message) ? message : [message]).map(textOf).join(', ');
  return text === '' ? textOf(type) : `${textOf(type)}: ${text}`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
