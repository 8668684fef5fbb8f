// The event that a task `publish` publishes: a CloudEvent in structured mode, which is the same on every broker.
import { z } from 'zod';
import { RetryPolicy } from '../call/retry.js';
import { defined } from '../json/defined.js';
import type { AttemptTiming } from '../trace/record.js';
import { CORRELATION_FIELDS } from '../trace/correlation.js';
import type { CloudEvent } from './cloud-event.js';

/** The input of the activity `publish`. */
export const PublishRequest = z.strictObject({
  run: z.string(),
  plan: z.string(),
  task: z.string(),
  /** The index of the item, in a forEach. */
  item: z.int().optional(),
  broker: z.string(),
  to: z.string(),
  key: z.string().optional(),
  type: z.string(),
  data: z.unknown(),
  /** The id of the event: the same for every attempt, so that consumers can recognize a repetition. */
  idempotencyKey: z.string(),
  timeoutMs: z.number(),
  retry: RetryPolicy,
  ...CORRELATION_FIELDS,
});
export type PublishRequest = z.infer<typeof PublishRequest>;

export interface PublishReply {
  readonly output: { readonly id: string };
  readonly attempts: number;
  /** Of a traced publication, and of one that was attempted several times: its attempts. */
  readonly timings?: readonly AttemptTiming[];
}

interface PublishedFrom {
  readonly project: string;
  readonly time: string;
  readonly correlation?: { readonly id?: string; readonly traceparent?: string };
}

/** `project` and `time` (ISO 8601) are those of the worker and of the first attempt. */
export function publishedEvent(
  { run, task, item, key, type, data, idempotencyKey }: PublishRequest,
  { project, time, correlation = {} }: PublishedFrom,
): CloudEvent {
  const { id: correlationid, traceparent } = correlation;
  return {
    specversion: '1.0',
    id: idempotencyKey,
    source: ['', 'baton', project, run].map(encodeURIComponent).join('/'),
    type,
    subject: item === undefined ? task : `${task}/${item}`,
    time,
    ...(key === undefined ? {} : { partitionkey: key }),
    ...defined({ traceparent, correlationid }),
    datacontenttype: 'application/json',
    data,
  };
}
