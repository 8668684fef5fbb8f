// The brokers of a configuration: where events come from, and where tasks publish.
import { z } from 'zod';
import { SecretSetting } from '../secret.js';

export const BrokerName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected letters, digits, ".", "_" or "-", at most 64');

/** A URL, or where to find it: one with a password belongs into a variable or a secret. */
const Url = z.union([z.string().min(1), SecretSetting], 'expected a URL, { env: NAME } or { $secret: NAME }');

export const RedisSettings = z.strictObject({ name: BrokerName, kind: z.literal('redis'), url: Url });
export type RedisSettings = z.infer<typeof RedisSettings>;

export const RabbitSettings = z.strictObject({ name: BrokerName, kind: z.literal('rabbitmq'), url: Url });
export type RabbitSettings = z.infer<typeof RabbitSettings>;

export const KafkaSasl = z.strictObject({
  mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']),
  username: z.union([z.string().min(1), SecretSetting], 'expected a name, { env: NAME } or { $secret: NAME }'),
  password: SecretSetting,
});

export const KafkaSettings = z.strictObject({
  name: BrokerName,
  kind: z.literal('kafka'),
  /** `host:port` of each; at least one. */
  bootstrapServers: z.array(z.string().min(1)).min(1),
  tls: z.boolean().optional(),
  sasl: KafkaSasl.optional(),
});
export type KafkaSettings = z.infer<typeof KafkaSettings>;

/** Topics that Workflows of Baton keep: nothing to install. */
export const TemporalSettings = z.strictObject({ name: BrokerName, kind: z.literal('temporal') });
export type TemporalSettings = z.infer<typeof TemporalSettings>;

export const BrokerSettings = z.discriminatedUnion('kind', [
  RedisSettings,
  RabbitSettings,
  KafkaSettings,
  TemporalSettings,
]);
export type BrokerSettings = z.infer<typeof BrokerSettings>;
export type BrokerKind = BrokerSettings['kind'];

export const kindsByName = (brokers: readonly BrokerSettings[] | undefined): Map<string, BrokerKind> | undefined =>
  brokers === undefined ? undefined : new Map(brokers.map(({ name, kind }) => [name, kind]));
