// Where a message goes: the name that a task `publish` or a dead letter gives, as the kind of its broker wants it.
import type { BrokerKind } from './broker-settings.js';

/** Of Kafka: https://kafka.apache.org/documentation/#topicconfigs */
const KAFKA_TOPIC = /^[A-Za-z0-9._-]{1,249}$/;

/** Of AMQP: names are short strings. */
const MAX_AMQP_NAME_BYTES = 255;

/** What is wrong with a destination: what was expected; `undefined` if nothing is. */
export function destinationFault(kind: BrokerKind, to: string): string | undefined {
  switch (kind) {
    case 'kafka':
      if (KAFKA_TOPIC.test(to) && to !== '.' && to !== '..') return undefined;
      return 'expected the name of a topic: letters, digits, ".", "_" or "-", at most 249';
    case 'rabbitmq': {
      const slash = to.indexOf('/');
      const names = slash < 0 ? [to] : [to.slice(0, slash), to.slice(slash + 1)];
      if (names[0] !== '' && names.every((name) => utf8Bytes(name) <= MAX_AMQP_NAME_BYTES)) return undefined;
      return `expected the name of a queue, or exchange/routing.key, each of at most ${MAX_AMQP_NAME_BYTES} bytes`;
    }
    case 'redis':
      return undefined;
    case 'temporal':
      return undefined;
    default:
      return kind satisfies never;
  }
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
