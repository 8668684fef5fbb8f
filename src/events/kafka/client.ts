// What all clients of one Kafka cluster have in common: addresses, credentials, and errors as BrokerErrors.
import type { BaseOptions } from '@platformatic/kafka';
import type { KafkaSettings } from '../../domain/event/broker-settings.js';
import type { SecretSource } from '../../domain/secret.js';
import { firstLineOf } from '../../system/system-error.js';
import { BrokerError } from '../../domain/event/broker-error.js';
import { loadPackage } from '../load-package.js';
import type { BrokerContext } from '../broker-context.js';

export type KafkaPackage = typeof import('@platformatic/kafka');

export interface KafkaCluster {
  readonly name: string;
  /** For people. */
  readonly address: string;
  readonly kafka: KafkaPackage;
  /** For each client. */
  readonly base: BaseOptions;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** Includes the time that a request for messages waits at the server. */
const REQUEST_TIMEOUT_MS = 10_000;

export async function openCluster(settings: KafkaSettings, { readSecret }: BrokerContext): Promise<KafkaCluster> {
  const { name, bootstrapServers, tls = false, sasl } = settings;
  const read = async (value: string | SecretSource, what: string) =>
    typeof value === 'string' ? value : await readSecret(value, `the ${what} of broker "${name}"`);
  const kafka = await loadPackage(settings, '@platformatic/kafka@1', () => import('@platformatic/kafka'));
  const base: BaseOptions = {
    clientId: 'baton',
    bootstrapBrokers: [...bootstrapServers],
    connectTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    autocreateTopics: true,
    ...(tls ? { tls: {} } : {}),
    ...(sasl === undefined
      ? {}
      : {
          sasl: {
            mechanism: sasl.mechanism,
            username: await read(sasl.username, 'user name'),
            password: await read(sasl.password, 'password'),
          },
        }),
  };
  return { name, address: bootstrapServers.join(', '), kafka, base };
}

/** Errors of the protocol that waiting does not change. */
const PERMANENT = [
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
];

/** `what` is what was tried: `join the group "orders"`. */
export function kafkaError(
  error: unknown,
  { name, address }: Pick<KafkaCluster, 'name' | 'address'>,
  what: string,
): BrokerError {
  if (error instanceof BrokerError) return error;
  const isPermanent = PERMANENT.some((id) => hasCode(error, id)) || isAuthentication(error);
  return new BrokerError(`Kafka at ${address} (broker "${name}"): cannot ${what}: ${reasonOf(error)}`, {
    isPermanent,
    cause: error,
  });
}

/** True if the error, or one within it, is the error of the protocol with this name. */
export const hasCode = (error: unknown, apiId: string): boolean =>
  innerErrors(error).some((one) => 'apiId' in one && one.apiId === apiId);

const isAuthentication = (error: unknown): boolean =>
  innerErrors(error).some((one) => 'code' in one && one.code === 'PLT_KFK_AUTHENTICATION');

/** An error of the client contains those of its attempts, and each of them those of the answers. */
function innerErrors(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return [error, ...inner.flatMap(innerErrors), ...innerErrors(error.cause)];
}

/** The innermost error has the reason: the outer ones name the request. */
function reasonOf(error: unknown): string {
  const all = innerErrors(error).filter(({ message }) => message !== '');
  const last = all.at(-1);
  return last === undefined ? String(error) : firstLineOf(last);
}
