// The address of a RabbitMQ server, and where a message goes: an exchange with a routing key, or a queue.
import { BrokerSettingsError } from '../../domain/event/broker-error.js';

/** The server and the client notice within two of these that the other is gone. */
const HEARTBEAT_S = 10;

export interface RabbitAddress {
  /** With credentials: for the client alone. */
  readonly url: string;
  /** Without: for people, and the beginning of a message's source. */
  readonly shown: string;
}

export function rabbitAddress(name: string, text: string): RabbitAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'amqp:' && url.protocol !== 'amqps:') || url.hostname === '') {
    const came = url === undefined ? 'no URL' : `${url.protocol}//${url.host}`;
    throw new BrokerSettingsError(
      `broker "${name}": expected a URL such as amqp://user:password@host:5672/vhost, got ${came}`,
    );
  }
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(HEARTBEAT_S));
  return { url: url.href, shown: `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}` };
}

export interface RabbitTarget {
  /** The default exchange has no name: it delivers to the queue that the routing key names. */
  readonly exchange: string;
  readonly routingKey: string;
}

/** `exchange/routing.key`, or the name of a queue. A routing key may contain slashes, an exchange with one cannot be named. */
export function rabbitTarget(to: string): RabbitTarget {
  const slash = to.indexOf('/');
  if (slash < 0) return { exchange: '', routingKey: to };
  return { exchange: to.slice(0, slash), routingKey: to.slice(slash + 1) };
}
