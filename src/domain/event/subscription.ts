// Subscriptions: where events come from, and what each of them causes.
import { z } from 'zod';
import { ON_CONFLICT } from '../on-conflict.js';
import { SecretSetting } from '../secret.js';
import { BrokerName, type BrokerKind } from './broker-settings.js';

/** Also the consumer group at the broker, and part of the ids of runs. */
export const SubscriptionName = BrokerName;

/** How a webhook proves who sent it. */
export const SIGNATURE_SCHEMES = ['github', 'stripe', 'standard-webhooks'] as const;

const WEBHOOK_PATH = /^\/[A-Za-z0-9._~/-]{0,199}$/;

export const WebhookSettings = z.strictObject({
  path: z
    .string()
    .regex(WEBHOOK_PATH, 'expected a path that begins with "/", of letters, digits, ".", "_", "~", "-" and "/"'),
  signature: z.strictObject({ scheme: z.enum(SIGNATURE_SCHEMES), secret: SecretSetting }).optional(),
  /** Instead of `signature`: requests carry it as `Authorization: Bearer …`. */
  secret: SecretSetting.optional(),
});
export type WebhookSettings = z.infer<typeof WebhookSettings>;

const Place = z.string().min(1).max(249);

/** A place at a broker, or a webhook. `checkSubscriptions` checks which fields belong together. */
export const SubscriptionSource = z.strictObject({
  broker: BrokerName.optional(),
  stream: Place.optional(),
  queue: Place.optional(),
  topic: Place.optional(),
  webhook: WebhookSettings.optional(),
});
export type SubscriptionSource = z.infer<typeof SubscriptionSource>;

/** Strings are text, or expressions over `$event`; `input` and `data` may be any JSON with expressions. */
export const StartSettings = z.strictObject({
  /** The path of a plan file, relative to the configuration; the name of a plan of the configuration; or a plan. */
  plan: z.union([z.string().min(1), z.record(z.string(), z.unknown())], 'expected a path or a plan'),
  /** Default: the data of the event. */
  input: z.unknown().optional(),
  /** The id of the run. Default: one for each event. */
  run: z.string().min(1).optional(),
  onConflict: z.enum(ON_CONFLICT).optional(),
});

export const DeliverSettings = z.strictObject({
  run: z.string().min(1),
  /** The name that a task of the run waits for. */
  event: z.string().min(1),
  /** Default: the data of the event. */
  data: z.unknown().optional(),
});

export const DEFAULT_ATTEMPTS = 5;
const MAX_ATTEMPTS = 100;

export const SubscriptionSettings = z.strictObject({
  name: SubscriptionName,
  from: SubscriptionSource,
  /** An expression: an event for which it is false causes nothing. */
  when: z.string().optional(),
  start: StartSettings.optional(),
  deliver: DeliverSettings.optional(),
  /** How often a message is attempted that cannot be processed. */
  attempts: z.int().min(1).max(MAX_ATTEMPTS).optional(),
  /** A stream, queue or topic of the same broker. Default: the name of the subscription and `-dead`. */
  deadLetter: z.strictObject({ to: Place }).optional(),
});
export type SubscriptionSettings = z.infer<typeof SubscriptionSettings>;

export const GatewaySettings = z.strictObject({
  /** `host:port` where webhooks are served. */
  listen: z
    .string()
    .regex(/^(?:\[[0-9a-fA-F:.]+\]|[^:\s[\]]+):\d{1,5}$/, 'expected HOST:PORT, such as 127.0.0.1:8080')
    .optional(),
});
export type GatewaySettings = z.infer<typeof GatewaySettings>;

/** What the place of a message is called at each kind of broker. */
export const PLACE_OF_KIND = {
  redis: 'stream',
  rabbitmq: 'queue',
  kafka: 'topic',
  temporal: 'topic',
} as const satisfies Record<BrokerKind, keyof SubscriptionSource>;

/** The stream, queue or topic; `undefined` for a webhook. */
export const placeOf = ({ stream, queue, topic }: SubscriptionSource): string | undefined => stream ?? queue ?? topic;

export const deadLetterPlace = ({ name, deadLetter }: SubscriptionSettings): string => deadLetter?.to ?? `${name}-dead`;
