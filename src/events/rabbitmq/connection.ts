// A connection to RabbitMQ. It is used until it is lost; then its user opens another one.
import type * as Amqp from 'amqplib';
import { loadPackage } from '../load-package.js';
import type { RabbitAddress } from './address.js';
import { rabbitError } from './errors.js';

const CONNECT_TIMEOUT_MS = 10_000;

export interface RabbitConnection {
  readonly model: Amqp.ChannelModel;
  readonly address: string;
  /** Resolves when the connection is over, with what ended it; `undefined` if this process closed it. */
  readonly ended: Promise<Error | undefined>;
}

export type Connect = (purpose: string) => Promise<RabbitConnection>;

export async function connectRabbit(
  name: string,
  { url, shown }: RabbitAddress,
  purpose: string,
): Promise<RabbitConnection> {
  const { connect } = await loadPackage({ name, kind: 'rabbitmq' }, 'amqplib@2', async () => {
    const module = await import('amqplib');
    return module.default ?? module;
  });
  const options = {
    timeout: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    noDelay: true,
    clientProperties: { connection_name: `baton: ${purpose}` },
  };
  const model = await connect(url, options).catch((error: unknown) => {
    throw rabbitError(error, shown, 'connect');
  });
  const ended = new Promise<Error | undefined>((resolve) => {
    let failure: unknown;
    model.on('error', (error) => (failure = error));
    model.on('close', (error) => {
      const cause = failure ?? error;
      resolve(cause === undefined ? undefined : rabbitError(cause, shown, 'keep the connection'));
    });
  });
  return { model, address: shown, ended };
}

/** Runs `use` on a channel of its own: a request that the server refuses closes the channel. */
export async function onChannel<T>(
  { model }: Pick<RabbitConnection, 'model'>,
  use: (channel: Amqp.Channel) => Promise<T>,
): Promise<T> {
  const channel = await model.createChannel();
  // The error also rejects the request that caused it.
  channel.on('error', () => undefined);
  try {
    return await use(channel);
  } finally {
    await channel.close().catch(() => undefined);
  }
}
