// Request and reply over any broker: sends requests, matches replies by their correlation ids, and counts what no call waits for.
// Q1. Each attempt has a correlation id of its own, so that a late reply is never taken for the answer to a later attempt.
// Q2. If the place for replies was lost, requests that wait are sent again: with the same event, so that consumers can recognize them.
// Q3. The message has an id of its own each time: topics keep a message that is published again under its id only once.
import { setMaxListeners } from 'node:events';
import { BrokerError, isPermanent } from '../domain/event/broker-error.js';
import { CORRELATION_ID, REPLY_TO } from '../domain/event/request-event.js';
import { pause } from './backoff.js';
import type { Broker, Message, OutgoingMessage } from './broker.js';
import { reasonOf } from './error-kind.js';

export interface RequesterOptions {
  /** The name of the broker in the configuration. */
  readonly name: string;
  readonly broker: Broker;
  /** Unique for each process. */
  readonly consumer: string;
  readonly log: (message: string, fields?: Record<string, unknown>) => void;
}

export interface Requester {
  /** Resolves with the reply. Throws a BrokerError, or the reason of the signal. */
  request(this: void, to: string, message: OutgoingMessage, signal: AbortSignal): Promise<Message>;
  /** Replies that were discarded, because their call had ended. */
  readonly late: number;
  /** Receives no more replies. */
  close(this: void): Promise<void>;
}

interface Waiting {
  readonly resolve: (reply: Message) => void;
  readonly reject: (error: Error) => void;
  /** Sends the request with this place for its reply. */
  readonly send: (replyTo: string) => Promise<void>;
}

/** How long a request waits for the place of its reply. A broker that restarts is back within seconds. */
const OPEN_WITHIN_MS = 15_000;

const SEND_AGAIN = { firstMs: 200, mostMs: 5_000 };

export function createRequester({ name, broker, consumer, log }: RequesterOptions): Requester {
  const waiting = new Map<string, Waiting>();
  const closing = new AbortController();
  // Each request that is sent again listens to it.
  setMaxListeners(0, closing.signal);
  let receiving: Promise<void> | undefined;
  let replyTo: string | undefined;
  let whenOpen: (() => void)[] = [];
  let trouble: Error | undefined;
  let [sent, late] = [0, 0];

  const onOpen = (place: string): void => {
    const isLost = replyTo !== undefined;
    replyTo = place;
    trouble = undefined;
    for (const wake of whenOpen.splice(0)) wake();
    if (!isLost || waiting.size === 0) return;
    log(`broker ${name}: the place for replies was lost: ${waiting.size} requests that wait are sent again`);
    for (const id of waiting.keys()) void sendAgain(id, place);
  };

  /** A broker that has just started may refuse messages for a while. */
  const sendAgain = async (id: string, place: string): Promise<void> => {
    for (let failures = 0; !closing.signal.aborted; failures++) {
      const one = waiting.get(id);
      if (one === undefined || replyTo !== place) return;
      try {
        return await one.send(place);
      } catch (error) {
        if (isPermanent(error)) return one.reject(error as Error);
        await pause(SEND_AGAIN, failures, closing.signal);
      }
    }
  };

  const onReply = (reply: Message): void => {
    const id = reply.headers[CORRELATION_ID];
    const found = id === undefined ? undefined : waiting.get(id);
    if (found !== undefined) {
      waiting.delete(id!);
      found.resolve(reply);
    } else if (id === undefined) {
      log(`broker ${name}: a reply without the header ${CORRELATION_ID} was discarded`);
    } else if (id.startsWith(`${consumer}/`)) {
      late++;
      log(`broker ${name}: a reply was discarded, because its call has ended`, { correlation: id, late });
    }
  };

  const onTrouble = (error: Error | undefined): void => {
    if (error !== undefined && error.message !== trouble?.message)
      log(`broker ${name}: replies: ${error.message}; trying again`);
    trouble = error;
  };

  const receive = (): Promise<void> =>
    (receiving ??= broker
      .receiveReplies({ consumer, signal: closing.signal, onTrouble, onOpen, onReply })
      .catch((error: unknown) => {
        // Those were sent.
        for (const { reject } of waiting.values()) reject(new BrokerError(`broker "${name}": ${reasonOf(error)}`));
        throw asBrokerError(name, error);
      })
      .finally(() => {
        // The next request tries again.
        [receiving, replyTo] = [undefined, undefined];
      }));

  /** The place for replies. */
  const open = async (signal: AbortSignal): Promise<string> => {
    const failing = receive();
    if (replyTo !== undefined) {
      failing.catch(() => undefined);
      return replyTo;
    }
    let timer: NodeJS.Timeout | undefined;
    let wake!: () => void;
    let abort!: () => void;
    try {
      await Promise.race([
        failing,
        new Promise<void>((resolve) => whenOpen.push((wake = resolve))),
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(trouble ?? new Error('it does not answer')), OPEN_WITHIN_MS);
          abort = () => reject(signal.reason as Error);
          signal.addEventListener('abort', abort, { once: true });
        }),
      ]);
    } catch (error) {
      signal.throwIfAborted();
      throw asBrokerError(name, error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      whenOpen = whenOpen.filter((one) => one !== wake);
    }
    if (replyTo === undefined) throw asBrokerError(name, new Error('the worker stops'));
    return replyTo;
  };

  return {
    get late() {
      return late;
    },
    async request(to, message, signal) {
      const place = await open(signal);
      signal.throwIfAborted();
      const id = `${consumer}/${++sent}`;
      let sends = 0;
      const send = (where: string): Promise<void> =>
        broker.publish(to, {
          ...message,
          // Q3
          id: `${id}/${++sends}`,
          headers: { ...message.headers, [REPLY_TO]: where, [CORRELATION_ID]: id },
        });
      const abort = (): void => waiting.get(id)?.reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      try {
        return await new Promise<Message>((resolve, reject) => {
          waiting.set(id, { resolve, reject, send });
          send(place).catch(reject);
        });
      } finally {
        waiting.delete(id);
        signal.removeEventListener('abort', abort);
      }
    },
    async close() {
      closing.abort();
      await receiving?.catch(() => undefined);
    },
  };
}

/** The request was not sent. */
function asBrokerError(name: string, error: unknown): BrokerError {
  if (error instanceof BrokerError && error.isUnsent) return error;
  const message = `broker "${name}": replies cannot be received: ${reasonOf(error)}`;
  return new BrokerError(message, { isPermanent: isPermanent(error), isUnsent: true, cause: error });
}
