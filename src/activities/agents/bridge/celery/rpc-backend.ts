// Results as messages on RabbitMQ, as the backend `rpc` of Celery sends them. Each task has a queue for its results, which outlives the worker
// of Baton for half an hour: the next attempt finds what came meanwhile. The mark of a sent task and the last message
// are never acknowledged, so they stay there until then.
import type { ConsumeMessage } from 'amqplib';
import { openAmqpLink } from './amqp-link.js';
import { AgentError } from '../../../errors/agent-error.js';
import { SENT, type ResultBackend } from './broker.js';
import { sightingOf } from './task-meta.js';
import type { Sighting } from '../job-system.js';

const KEPT_MS = 30 * 60_000;

/** States in flight: a task may report thousands a second. Those that are never acknowledged are a few. */
const PREFETCH = 50;

const queueOf = (id: string): string => `baton-results-${id}`;

export function openRpcBackend(url: URL, maxBytes: number): ResultBackend {
  const where = `the results of Celery on ${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  const link = openAmqpLink(url, where);
  let seen: Sighting = { state: 'queued' };
  let failure: unknown;
  let task: string | undefined;
  /** What was in the queue when this attempt first connected. */
  let found: { readonly messageCount: number; readonly consumerCount: number } | undefined;
  let told = '';
  let onChange: () => void = () => undefined;

  link.onOpen(async (channel) => {
    if (task === undefined) return;
    const queue = queueOf(task);
    const before = await channel.assertQueue(queue, { durable: true, arguments: { 'x-expires': KEPT_MS } });
    found ??= before;
    // The next look connects again.
    channel.on('close', () => onChange());
    await channel.prefetch(PREFETCH);
    await channel.consume(queue, (message: ConsumeMessage | null) => {
      // The queue was deleted: the consumer is over, and the next look makes both again.
      if (message === null) return void channel.close().catch(() => undefined);
      try {
        if (isMark(message)) return;
        seen = sightingOf(where, message.content.toString('utf8'), maxBytes);
        if (seen.state === 'running' || seen.state === 'queued') channel.ack(message);
      } catch (error) {
        failure = error;
      }
      onChange();
    });
  });

  /** Makes sure that the queue exists and is consumed. */
  const listen = (id: string): Promise<void> => {
    task = id;
    return link.use(() => Promise.resolve());
  };
  return {
    async look(id, { signal, waitMs }) {
      await listen(id);
      signal.throwIfAborted();
      if (JSON.stringify(seen) === told && failure === undefined) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, waitMs);
          function done() {
            clearTimeout(timer);
            signal.removeEventListener('abort', done);
            resolve();
          }
          onChange = done;
          signal.addEventListener('abort', done, { once: true });
        });
        signal.throwIfAborted();
      }
      if (failure !== undefined) throw failure as Error;
      told = JSON.stringify(seen);
      return seen;
    },
    async replyTo(id) {
      await listen(id);
      return queueOf(id);
    },
    async isSent(id) {
      await listen(id);
      const { messageCount = 0, consumerCount = 0 } = found ?? {};
      if (messageCount > 0) return true;
      if (consumerCount === 0) return false;
      const text = `${where}: an earlier attempt of this call is still connected, so it is not certain that its task was sent`;
      throw new AgentError(text, { type: 'NoAnswer' });
    },
    // The broker has sent the mark.
    noteSent: () => Promise.resolve(),
    withdraw(id) {
      seen = { state: 'cancelled' };
      return listen(id);
    },
    close: link.close,
  };
}

const isMark = ({ content }: ConsumeMessage): boolean => content.length < 100 && content.includes(SENT);
