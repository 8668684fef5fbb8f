// A connection to RabbitMQ, opened when it is needed and opened again after it was lost.
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { loadPackage } from '../optional-package.js';
import { brokerFailure } from './failure.js';

const CONNECT_TIMEOUT_MS = 10_000;
const HEARTBEAT_S = 10;

export interface AmqpLink {
  readonly where: string;
  /** Throws an `AgentError`. */
  use<T>(this: void, request: (channel: ConfirmChannel) => Promise<T>): Promise<T>;
  /** Called with each new channel, before anything else uses it. */
  onOpen(this: void, prepare: (channel: ConfirmChannel) => Promise<void>): void;
  close(this: void): Promise<void>;
}

export function openAmqpLink(url: URL, where: string): AmqpLink {
  let opened: Promise<{ model: ChannelModel; channel: ConfirmChannel }> | undefined;
  let prepare: (channel: ConfirmChannel) => Promise<void> = () => Promise.resolve();
  let isClosed = false;
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT_S));

  const connect = async () => {
    const { connect: open } = await loadPackage('celery', 'amqplib@2', async () => {
      const module = await import('amqplib');
      return module.default ?? module;
    });
    try {
      const model = await open(address.href, { timeout: CONNECT_TIMEOUT_MS, keepAlive: true, noDelay: true });
      const forget = () => (opened = undefined);
      // The error also rejects the request that it concerns.
      model.on('error', () => undefined);
      model.on('close', forget);
      const channel = await model.createConfirmChannel();
      channel.on('error', () => undefined);
      channel.on('close', () => {
        forget();
        if (!isClosed) model.close().catch(() => undefined);
      });
      await prepare(channel);
      return { model, channel };
    } catch (error) {
      throw brokerFailure(where, error);
    }
  };
  return {
    where,
    onOpen: (given) => void (prepare = given),
    async use(request) {
      const opening = (opened ??= connect());
      opening.catch(() => {
        if (opened === opening) opened = undefined;
      });
      const { channel } = await opening;
      try {
        return await request(channel);
      } catch (error) {
        throw brokerFailure(where, error, true);
      }
    },
    async close() {
      isClosed = true;
      const connection = await opened?.catch(() => undefined);
      await connection?.model.close().catch(() => undefined);
    },
  };
}
