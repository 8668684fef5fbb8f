// A call of a task as a message of Celery's protocol version 2.
// Source: https://docs.celeryq.dev/en/stable/internals/protocol.html
import { z } from 'zod';
import type { AgentContext } from '../../../../domain/agent/agent.js';
import { isRecord } from '../../../../domain/json/own-property.js';
import { defined } from '../../../../domain/json/defined.js';
import { truncateEnd } from '../../../../domain/text/truncate.js';
import { AgentError } from '../../../errors/agent-error.js';

/** Arguments as Celery shows them in its tools. */
const SHOWN_ARGUMENTS = 200;

const Call = z.strictObject({
  args: z.array(z.unknown()).default([]),
  kwargs: z.record(z.string(), z.unknown()).default({}),
});
type Call = z.infer<typeof Call>;

export interface TaskMessage {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** `{ args, kwargs }`, or an object of keyword arguments. Throws `InvalidInput`. */
export function callOf(input: unknown): Call {
  if (!isRecord(input)) throw invalid('an object of keyword arguments, or { args: […], kwargs: {…} }', input);
  const keys = Object.keys(input);
  const isCall = keys.length > 0 && keys.every((key) => key === 'args' || key === 'kwargs');
  if (!isCall) return { args: [], kwargs: input };
  const parsed = Call.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalid('args to be a list and kwargs to be an object', input);
}

export function taskMessage(
  task: string,
  id: string,
  { args, kwargs }: Call,
  { correlation: { run, task: taskOfRun, id: correlationId, traceparent } }: AgentContext,
): TaskMessage {
  return {
    headers: {
      ...{ lang: 'js', task, id, root_id: id, parent_id: null, group: null, retries: 0, eta: null, expires: null },
      ...{ timelimit: [null, null], origin: 'baton', ignore_result: false },
      argsrepr: truncateEnd(JSON.stringify(args), SHOWN_ARGUMENTS),
      kwargsrepr: truncateEnd(JSON.stringify(kwargs), SHOWN_ARGUMENTS),
      // Attributes of `self.request` in the task.
      ...{ baton_run: run, baton_task: taskOfRun },
      ...defined({ baton_correlation_id: correlationId, traceparent }),
    },
    body: Buffer.from(JSON.stringify([args, kwargs, { callbacks: null, errbacks: null, chain: null, chord: null }])),
  };
}

/** A command to all workers: forget this task, and end it if it runs. */
export const revokeMessage = (id: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      method: 'revoke',
      arguments: { task_id: id, terminate: true, signal: 'SIGTERM' },
      destination: null,
      pattern: null,
      matcher: null,
    }),
  );

function invalid(expected: string, input: unknown): AgentError {
  const came = truncateEnd(JSON.stringify(input) ?? 'nothing', SHOWN_ARGUMENTS);
  return new AgentError(`input: expected ${expected}, got ${came}`, { type: 'InvalidInput' });
}
