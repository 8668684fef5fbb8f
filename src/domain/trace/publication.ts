// What the span of a publication is called, and its attributes: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans
import type { Publication } from './record.js';

/** The kind of a broker, by its name in the configuration; `undefined` if this worker does not have it. */
export type BrokerKindOf = (broker: string) => string | undefined;

interface SendFacts {
  readonly name: string;
  readonly kind: 'producer';
  readonly attributes: Readonly<Record<string, string>>;
}

export function sendFacts({ broker, to, id, type }: Publication, kindOf: BrokerKindOf): SendFacts {
  const system = kindOf(broker);
  const [destination, routingKey] = system === 'rabbitmq' ? namesOf(to) : [to];
  return {
    name: `send ${destination}`,
    kind: 'producer',
    attributes: {
      ...{ 'messaging.operation.name': 'send', 'messaging.operation.type': 'send' },
      ...{ 'messaging.destination.name': destination, 'messaging.message.id': id },
      ...(system === undefined ? {} : { 'messaging.system': system }),
      ...(routingKey === undefined ? {} : { 'messaging.rabbitmq.destination.routing_key': routingKey }),
      ...{ 'cloudevents.event_id': id, 'cloudevents.event_type': type, 'baton.broker.name': broker },
    },
  };
}

/** `exchange/routing.key`, or the name of a queue, to which the default exchange routes by that name. */
function namesOf(to: string): [destination: string, routingKey: string] {
  const slash = to.indexOf('/');
  return slash < 0 ? [to, to] : [to.replace('/', ':'), to.slice(slash + 1)];
}
