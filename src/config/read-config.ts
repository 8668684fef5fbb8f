// Reads and validates a configuration. All problems are reported together, each on a line that begins with the file.
import { defined } from '../domain/json/defined.js';
import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { refusedSecrets } from '../activities/secrets/refused.js';
import { refusedRequests } from '../domain/event/check-requests.js';
import { remoteQueueProblems } from '../domain/agent/remote-queues.js';
import { DEFAULT_TASK_QUEUE } from '../domain/task-queue.js';
import type { BrokerSettings } from '../domain/event/broker-settings.js';
import type { GatewaySettings } from '../domain/event/subscription.js';
import type { WebhookReceiver } from '../domain/run/webhook-receiver.js';
import type { SecretSettings } from '../domain/secret.js';
import { ConfigFile, type Config } from '../config.js';
import { InvalidPlanError } from '../domain/plan/parse.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { isRecord } from '../domain/json/own-property.js';
import { formatPath, formatProblem } from '../domain/problem.js';
import { issueLines } from '../domain/json/issue-lines.js';
import type { TelemetrySettings } from '../telemetry/settings.js';
import { readPlanFile } from '../plan-file.js';
import { projectOf } from '../project.js';
import { ConfigError } from './error.js';
import { DATA_ENDINGS, endingOf } from './find.js';
import { placeProblems } from './place-problems.js';
import { readAgents } from './read-agents.js';
import { readDataConfig } from './read-data.js';
import type { ModuleLoading } from './read-module.js';
import { readPools } from './read-pools.js';
import { readSubscriptions, type LoadedSubscription } from './read-subscriptions.js';
import { readSchedules, type LoadedSchedule } from './read-schedules.js';
import { withAbsolutePaths } from './value-paths.js';

export interface LoadedConfig extends Pick<
  Config,
  'agents' | 'planner' | 'taskQueue' | 'server' | 'storage' | 'encryption' | 'telemetry' | 'onRunEnd'
> {
  /** The real path of the file. */
  readonly path: string;
  /** The project whose circuit breakers and pools are used; see project.ts. */
  readonly project: string;
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

/** `name` is the path of the file as messages show it. Throws ConfigError. */
export async function readConfig(
  { path, name }: { readonly path: string; readonly name: string },
  how: ModuleLoading,
): Promise<LoadedConfig> {
  if (!DATA_ENDINGS.some((ending) => ending === endingOf(path)))
    return await checkConfig(await readModule(path, name, how), { path, name });
  const raw = await readDataConfig(path, name);
  try {
    return await checkConfig(raw, { path, name });
  } catch (error) {
    throw error instanceof ConfigError ? await placeProblems(error, { path, name, raw }) : error;
  }
}

async function checkConfig(
  raw: unknown,
  { path, name }: { readonly path: string; readonly name: string },
): Promise<LoadedConfig> {
  if (isRecord(raw) && Object.hasOwn(raw, 'tasks') && !Object.hasOwn(raw, 'agents'))
    throw new ConfigError([`${name}: expected a configuration, got a plan: it has "tasks", and no "agents"`]);
  const parsed = ConfigFile.safeParse(raw);
  if (!parsed.success) {
    const lines = issueLines(parsed.error.issues, { schema: ConfigFile, raw });
    throw new ConfigError(lines.map((line) => `${name}: ${line}`));
  }
  const { planner, project, taskQueue, server, secrets, storage, encryption } = parsed.data;
  const { brokers = [], gateway = {}, webhooks = [], telemetry, onRunEnd } = parsed.data;
  const place = { name, directory: dirname(path) };
  const agents = readAgents(parsed.data.agents, place);
  const refused = [
    ...refusedSecrets(agents, secrets),
    ...refusedRequests(agents, brokers),
    ...remoteQueueProblems(agents, [taskQueue ?? DEFAULT_TASK_QUEUE]),
  ];
  if (refused.length > 0) throw new ConfigError(refused.map((line) => `${name}: ${line}`));
  const plans = await readPlans(parsed.data.plans ?? {}, place);
  const subscriptions = await readSubscriptions(
    { brokers, subscriptions: parsed.data.subscriptions ?? [] },
    { agents, plans },
    place,
  );
  return {
    path: realpathSync(path),
    ...{ agents, plans, brokers, subscriptions, gateway, webhooks },
    project: projectOf({ project, taskQueue }, place.directory),
    pools: readPools(parsed.data.pools ?? [], agents, place),
    schedules: await readSchedules(parsed.data.schedules ?? [], plans, place),
    secrets: withResolvedDirectory(secrets ?? { allow: [] }, place.directory),
    ...defined({ planner, taskQueue, server, onRunEnd, telemetry: withLogDirectory(telemetry, place.directory) }),
    ...withAbsolutePaths(defined({ storage, encryption }), place.directory),
  };
}

/** A directory of secrets is relative to the configuration. */
const withResolvedDirectory = (secrets: SecretSettings, directory: string): SecretSettings =>
  secrets.from === undefined || secrets.from === 'env'
    ? secrets
    : { ...secrets, from: resolve(directory, secrets.from) };

/** The directory of kept lines is relative to the configuration. */
function withLogDirectory(telemetry: TelemetrySettings | undefined, directory: string): TelemetrySettings | undefined {
  const keep = telemetry?.logs?.keep;
  return typeof keep === 'string'
    ? { ...telemetry, logs: { ...telemetry?.logs, keep: resolve(directory, keep) } }
    : telemetry;
}

/** The module is imported only if the configuration is code. */
const readModule = async (path: string, name: string, how: ModuleLoading): Promise<unknown> =>
  (await import('./read-module.js')).readModuleConfig(path, name, how);

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
