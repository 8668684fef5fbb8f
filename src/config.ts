// The shape of a project's configuration: its agents, pools and plans, and the server and Task Queue of its runs. config/load.ts
// loads it.
import { z } from 'zod';
import { TaskQueue, type Agent } from './domain/agent/agent.js';
import { BrokerSettings } from './domain/event/broker-settings.js';
import { GatewaySettings, SubscriptionSettings } from './domain/event/subscription.js';
import type { OnRunEnd } from './domain/run/on-run-end.js';
import { WebhookReceivers } from './domain/run/webhook-receiver.js';
import { SecretSettings } from './domain/secret.js';
import type { ScheduleSettings } from './domain/schedule.js';
import type { PoolSettings } from './domain/pool/settings.js';
import { TelemetrySettings } from './telemetry/settings.js';
import { EncryptionSettings } from './values/encryption/settings.js';
import { StorageSettings } from './values/storage/settings.js';

export const ServerSettings = z.strictObject({
  /** `host:port`; `--address` and TEMPORAL_ADDRESS take precedence. */
  address: z.string().min(1).optional(),
  namespace: z.string().min(1).optional(),
});
export type ServerSettings = z.infer<typeof ServerSettings>;

/** Part of the ids of Workflows and of the names of Task Queues. */
export const ProjectName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected letters, digits, ".", "_" or "-", at most 100');

/** The content of a `baton.config.*`. Agents and pools are parsed one by one. */
export const ConfigFile = z.strictObject({
  /** For editors; Baton does not read it. */
  $schema: z.string().optional(),
  agents: z.array(z.unknown()),
  /** Resources that agents share. */
  pools: z.array(z.unknown()).optional(),
  /** Plans that tasks may call by name: data, or the path of a plan file, relative to the configuration. */
  plans: z
    .record(z.string(), z.union([z.string().min(1), z.record(z.string(), z.unknown())], 'expected a path or a plan'))
    .optional(),
  /** The agent that makes the plans of `baton solve`. */
  planner: z.string().min(1).optional(),
  /**
   * Workers and clients of one project share circuit breakers and pools. Default: the Task Queue of this configuration, else a name
   * from its directory.
   */
  project: ProjectName.optional(),
  /** The Task Queue of runs and workers; default `baton`. */
  taskQueue: TaskQueue.max(200).optional(),
  server: ServerSettings.optional(),
  /** Where large values are stored; `false`: nowhere. */
  storage: z.union([z.literal(false), StorageSettings]).optional(),
  /** The keys with which all values are encrypted. */
  encryption: EncryptionSettings.optional(),
  /** The secrets that the calls of a worker may use. A directory in `from` is relative to the configuration. */
  secrets: SecretSettings.optional(),
  /** Where events come from, and where tasks publish. */
  brokers: z.array(BrokerSettings).max(100).optional(),
  /** What events cause. Paths of plans are relative to the configuration. */
  subscriptions: z.array(SubscriptionSettings).max(1_000).optional(),
  gateway: GatewaySettings.optional(),
  /** Receivers of signed notices by HTTP: that runs have ended, and that approvals wait. */
  webhooks: WebhookReceivers.optional(),
  /** In a configuration that is code: called by workers with the result of each run that ends, at least once. */
  onRunEnd: z.custom<OnRunEnd>((value) => typeof value === 'function', 'expected a function').optional(),
  /** Where workers and gateways serve metrics and health, and what they log. */
  telemetry: TelemetrySettings.optional(),
  /** Plans that are run at given times; `baton schedule apply` brings them to the server. Parsed one by one. */
  schedules: z.array(z.unknown()).optional(),
});

export interface Config extends Omit<z.infer<typeof ConfigFile>, '$schema' | 'agents' | 'pools' | 'schedules'> {
  readonly agents: readonly Agent[];
  readonly pools?: readonly PoolSettings[];
  readonly schedules?: readonly ScheduleSettings[];
}

/** For `baton.config.ts`: returns the configuration, and checks its type. */
export const defineConfig = (config: Config): Config => config;
