// The message that is published for one that could not be processed: as it came, with headers that say why.
import type { Message, OutgoingMessage } from './broker.js';
import { hashOf } from './event-key.js';

export interface Death {
  readonly subscription: string;
  readonly attempts: number;
  /** One line. */
  readonly reason: string;
}

/** Brokers limit headers; the beginning of a reason names the thing. */
const MAX_REASON = 1_000;

export function deadLetterOf(message: Message, { subscription, attempts, reason }: Death): OutgoingMessage {
  const { id, source, headers, contentType, body, key } = message;
  const marks = {
    'baton-reason': reason.slice(0, MAX_REASON).toWellFormed(),
    'baton-subscription': subscription,
    'baton-attempts': String(attempts),
    'baton-source': source,
    ...(id === undefined ? {} : { 'baton-id': id }),
  };
  return {
    id: id ?? hashOf([source, Buffer.from(body).toString('base64')]),
    key,
    headers: { ...headers, ...marks },
    contentType: contentType ?? 'application/octet-stream',
    body,
  };
}
