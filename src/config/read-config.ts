// Reads and validates a configuration. All problems are reported together, each on a line that begins with the file.
import { defined } from '../domain/json/defined.js';
import { dirname, resolve } from 'node:path';
import { refusedSecrets } from '../activities/secrets/refused.js';
import { refusedRequests } from '../domain/event/check-requests.js';
import { remoteQueueProblems } from '../domain/agent/remote-queues.js';
import { DEFAULT_TASK_QUEUE } from '../domain/task-queue.js';
import type { BrokerSettings } from '../domain/event/broker-settings.js';
import type { GatewaySettings } from '../domain/event/subscription.js';
import type { WebhookReceiver } from '../domain/run/webhook-receiver.js';
import type { SecretSettings } from '../domain/secret.js';
import type { Config } from '../config.js';
import { InvalidPlanError } from '../domain/plan/parse.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { formatPath, formatProblem } from '../domain/problem.js';
import { readPlanFile } from '../plan-file.js';
import { ConfigError } from './error.js';
import { readAgents } from './read-agents.js';
import type { ModuleLoading } from './read-module.js';
import { readPools } from './read-pools.js';
import { readSubscriptions, type LoadedSubscription } from './read-subscriptions.js';
import { readSchedules, type LoadedSchedule } from './read-schedules.js';
import {
  readContent,
  settingsOf,
  type ConfigContent,
  type ConfigSource,
  type ProjectSettings,
} from './read-settings.js';

export interface LoadedConfig extends ProjectSettings, Pick<Config, 'agents' | 'planner' | 'onRunEnd'> {
  readonly plans: ReadonlyMap<string, unknown>;
  readonly pools: readonly PoolSettings[];
  readonly schedules: readonly LoadedSchedule[];
  /** Without secrets in the file, its workers allow none. */
  readonly secrets: SecretSettings;
  readonly brokers: readonly BrokerSettings[];
  readonly subscriptions: readonly LoadedSubscription[];
  readonly gateway: GatewaySettings;
  readonly webhooks: readonly WebhookReceiver[];
}

/** Throws ConfigError. */
export const readConfig = (source: ConfigSource, how: ModuleLoading): Promise<LoadedConfig> =>
  readContent(source, how, (content) => checkContent(content, source));

async function checkContent(content: ConfigContent, source: ConfigSource): Promise<LoadedConfig> {
  const { planner, taskQueue, secrets, brokers = [], gateway = {}, webhooks = [], onRunEnd } = content;
  const { name } = source;
  const place = { name, directory: dirname(source.path) };
  const agents = readAgents(content.agents, place);
  const refused = [
    ...refusedSecrets(agents, secrets),
    ...refusedRequests(agents, brokers),
    ...remoteQueueProblems(agents, [taskQueue ?? DEFAULT_TASK_QUEUE]),
  ];
  if (refused.length > 0) throw new ConfigError(refused.map((line) => `${name}: ${line}`));
  const plans = await readPlans(content.plans ?? {}, place);
  const subscriptions = await readSubscriptions(
    { brokers, subscriptions: content.subscriptions ?? [] },
    { agents, plans },
    place,
  );
  return {
    ...settingsOf(content, source),
    ...{ agents, plans, brokers, subscriptions, gateway, webhooks },
    pools: readPools(content.pools ?? [], agents, place),
    schedules: await readSchedules(content.schedules ?? [], plans, place),
    secrets: withResolvedDirectory(secrets ?? { allow: [] }, place.directory),
    ...defined({ planner, onRunEnd }),
  };
}

/** A directory of secrets is relative to the configuration. */
const withResolvedDirectory = (secrets: SecretSettings, directory: string): SecretSettings =>
  secrets.from === undefined || secrets.from === 'env'
    ? secrets
    : { ...secrets, from: resolve(directory, secrets.from) };

async function readPlans(
  plans: Readonly<Record<string, unknown>>,
  { name, directory }: { name: string; directory: string },
): Promise<Map<string, unknown>> {
  const read = new Map<string, unknown>();
  const problems: string[] = [];
  for (const [key, plan] of Object.entries(plans)) {
    try {
      read.set(key, typeof plan === 'string' ? await readPlanFile(resolve(directory, plan)) : plan);
    } catch (error) {
      if (!(error instanceof InvalidPlanError)) throw error;
      const where = `${name}: ${formatPath(['plans', key])}`;
      problems.push(...error.problems.map((problem) => `${where}: ${formatProblem(problem)}`));
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return read;
}
