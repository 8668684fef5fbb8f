// A request to the consumers of a queue: a CloudEvent in structured mode. Where to reply is in headers, as is usual for brokers.
import { defined } from '../json/defined.js';
import type { CallRequest } from '../call/request.js';
import type { CloudEvent } from './cloud-event.js';

/** Headers of a request; a reply has the second one. RabbitMQ has properties of these names. */
export const REPLY_TO = 'reply-to';
export const CORRELATION_ID = 'correlation-id';

interface Attempt {
  readonly project: string;
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the call passes on of the correlation of its run. */
  readonly correlation?: { readonly id?: string; readonly traceparent?: string };
}

/** `expirytime` is an extension of CloudEvents: after it, the caller waits no longer. */
export function requestEvent(
  { run, task, item, agent, idempotencyKey, timeoutMs }: CallRequest,
  data: unknown,
  { project, number, now, correlation: { id: correlationid, traceparent } = {} }: Attempt,
): CloudEvent {
  return {
    specversion: '1.0',
    id: idempotencyKey,
    source: ['', 'baton', project, run].map(encodeURIComponent).join('/'),
    type: agent,
    subject: item === undefined ? task : `${task}/${item}`,
    time: new Date(now).toISOString(),
    expirytime: new Date(Math.min(now + timeoutMs, MAX_TIME)).toISOString(),
    run,
    attempt: number,
    ...defined({ traceparent, correlationid }),
    datacontenttype: 'application/json',
    data,
  };
}

/** The end of the year 9999: later times have another form. */
const MAX_TIME = 253_402_300_799_999;
