// A task of Celery as an agent: the input is its arguments, its result is the output. The bridge speaks Celery's protocol, so nothing changes for
// the workers of Celery. With Redis as the broker a task is sent once; with RabbitMQ at least once.
import { z } from 'zod';
import { AgentSettings, type AgentContext } from '../../../../domain/agent/agent.js';
import { BrokerName } from '../../../../domain/event/broker-settings.js';
import { SecretSetting, type SecretSource } from '../../../../domain/secret.js';
import { AgentError } from '../../../errors/agent-error.js';
import { bridgeAgent, type Bridge } from '../bridge-agent.js';
import type { JobSystem } from '../job-system.js';
import { openAmqpBroker } from './amqp-broker.js';
import type { Broker, ResultBackend } from './broker.js';
import { callOf, taskMessage } from './message.js';
import { openRedisBackend } from './redis-backend.js';
import { openRedisBroker } from './redis-broker.js';
import { openRpcBackend } from './rpc-backend.js';

/** The queue that Celery uses unless it is configured otherwise. */
const DEFAULT_QUEUE = 'celery';

const BROKER_PROTOCOLS = ['redis:', 'rediss:', 'amqp:', 'amqps:'] as const;
const RESULT_PROTOCOLS = ['redis:', 'rediss:'] as const;

const isUrl = (text: string, protocols: readonly string[]): boolean =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol) && new URL(text).password === '';

/** Text that `accepts` accepts. What may hold a password is not shown. */
const textOf = (expected: string, accepts: (text: string) => boolean) =>
  z.string().superRefine((text, context) => {
    const message = text.includes('@') ? `${expected}, got a value that is not shown` : expected;
    if (!accepts(text)) context.addIssue({ code: 'custom', message });
  });

const urlText = (protocols: readonly string[]): string =>
  `a URL without a password that begins with ${protocols.map((one) => `${one}//`).join(', ')}, or { env: NAME } or { $secret: NAME } for one with a password`;

const BROKER = `expected the name of a broker, ${urlText(BROKER_PROTOCOLS)}`;
const BACKEND = `expected "rpc", ${urlText(RESULT_PROTOCOLS)}`;

export const CelerySettings = AgentSettings.extend({
  /** The name of a broker of the configuration, or its address. */
  broker: z.union(
    [textOf(BROKER, (text) => BrokerName.safeParse(text).success || isUrl(text, BROKER_PROTOCOLS)), SecretSetting],
    BROKER,
  ),
  /** The name of the task, as it is registered: `shop.tasks.resize`. */
  task: z.string().min(1).max(255),
  queue: z.string().min(1).max(255).optional(),
  /** Where workers store results: the address of a Redis, or `rpc`. */
  backend: z.union(
    [textOf(BACKEND, (text) => text === 'rpc' || isUrl(text, RESULT_PROTOCOLS)), SecretSetting],
    BACKEND,
  ),
});
export type CelerySettings = z.infer<typeof CelerySettings>;

const bridge: Bridge<typeof CelerySettings> = {
  kind: 'celery',
  settings: CelerySettings,
  check: ({ broker, backend }) =>
    backend === 'rpc' && typeof broker === 'string' && /^rediss?:/.test(broker)
      ? ['backend: expected the URL of a Redis, because "rpc" needs RabbitMQ as the broker']
      : [],
  secrets: ({ broker, backend }) => [
    ...(typeof broker === 'string' ? [] : [{ what: 'broker', source: broker }]),
    ...(typeof backend === 'string' ? [] : [{ what: 'backend', source: backend }]),
  ],
  speaksTo: ({ broker }) =>
    typeof broker === 'string' && !broker.includes('://') ? { broker, kinds: ['redis', 'rabbitmq'] } : undefined,
  open: openCelery,
};

/** Makes an agent of a task of Celery. */
export const celeryAgent = bridgeAgent(bridge);

async function openCelery(settings: CelerySettings, context: AgentContext): Promise<JobSystem> {
  const { task, queue = DEFAULT_QUEUE } = settings;
  const url = await brokerUrl(settings, context);
  const backend = await openBackend(settings, url, context);
  let broker: Broker;
  try {
    broker = url.protocol.startsWith('redis') ? await openRedisBroker(url, queue) : openAmqpBroker(url, queue);
  } catch (error) {
    await backend.close();
    throw error;
  }
  const { where } = broker;
  return {
    where,
    reportsChanges: true,
    async submit(id, input) {
      const message = taskMessage(task, id, callOf(input), context);
      const replyTo = await backend.replyTo(id);
      if (await backend.isSent(id)) return { id };
      await broker.send({ id, message, replyTo });
      await backend.noteSent(id);
      return { id };
    },
    find: async (id) => ((await broker.isSent(id)) === false ? undefined : { id }),
    async look({ id }, options) {
      const sighting = await backend.look(id, options);
      // Redis may have been restarted without its data.
      return sighting.state === 'queued' && (await broker.isSent(id)) === false ? { state: 'lost' } : sighting;
    },
    async cancel({ id }) {
      if ((await broker.revoke(id)) === 'withdrawn') await backend.withdraw(id);
    },
    async close() {
      await Promise.all([broker.close(), backend.close()]);
    },
  };
}

async function openBackend({ backend }: CelerySettings, broker: URL, context: AgentContext): Promise<ResultBackend> {
  if (backend !== 'rpc')
    return await openRedisBackend(
      await secretUrl(backend, 'backend', RESULT_PROTOCOLS, context),
      context.maxOutputBytes,
    );
  if (broker.protocol.startsWith('amqp')) return openRpcBackend(broker, context.maxOutputBytes);
  throw new AgentError('backend: expected the URL of a Redis, because "rpc" needs RabbitMQ as the broker', {
    type: 'AgentRefused',
  });
}

async function brokerUrl({ broker }: CelerySettings, context: AgentContext): Promise<URL> {
  if (typeof broker !== 'string' || broker.includes('://'))
    return await secretUrl(broker, 'broker', BROKER_PROTOCOLS, context);
  if (context.brokerUrl === undefined)
    throw new AgentError(`the worker has no brokers, so the agent cannot use broker "${broker}"`, {
      type: 'BrokerNotHere',
    });
  return new URL(await context.brokerUrl(broker));
}

async function secretUrl(
  setting: string | SecretSource,
  what: string,
  protocols: readonly string[],
  { secret }: AgentContext,
): Promise<URL> {
  const text = typeof setting === 'string' ? setting : await secret(setting, what);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && protocols.includes(url.protocol)) return url;
  const expected = protocols.map((one) => `${one}//`).join(', ');
  throw new AgentError(`${what}: expected a URL that begins with ${expected}, got another value, which is not shown`, {
    type: 'AgentRefused',
  });
}
