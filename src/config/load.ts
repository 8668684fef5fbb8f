// From a file to a configuration that can be trusted. All that is wrong is said at once, each line naming the file.
import { realpathSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { ConfigFile, type Config } from '../config.js';
import { InvalidPlanError } from '../domain/parse-plan.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { formatPath, formatProblem } from '../domain/problem.js';
import { describeIssue } from '../json-schema.js';
import { readPlanFile } from '../plan-file.js';
import { ConfigError } from './error.js';
import { DATA_ENDINGS, endingOf, findConfig, suggestKey } from './find.js';
import { readAgents } from './read-agents.js';
import { readDataConfig } from './read-data.js';
import { readPools } from './read-pools.js';

export interface LoadedConfig extends Pick<Config, 'agents' | 'planner' | 'taskQueue' | 'server'> {
  /** The real path of the file. */
  readonly path: string;
  readonly plans: ReadonlyMap<string, unknown>;
  readonly pools: readonly PoolSettings[];
}

/** The configuration that is named, or that of the directory; `undefined` if it has none. Throws ConfigError. */
export async function loadConfig(directory: string, named?: string): Promise<LoadedConfig | undefined> {
  const path = await findConfig(directory, named);
  if (path === undefined) return undefined;
  const name = named ?? relative(directory, path);
  const isData = DATA_ENDINGS.some((ending) => ending === endingOf(path));
  const raw = isData ? await readDataConfig(path, name) : await readModule(path, name);
  const parsed = ConfigFile.safeParse(raw);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.flatMap((issue) => linesOf(name, issue, raw)));
  const { plans = {}, planner, taskQueue, server } = parsed.data;
  const place = { name, directory: dirname(path) };
  const agents = readAgents(parsed.data.agents, place);
  return {
    path: realpathSync(path),
    agents,
    pools: readPools(parsed.data.pools ?? [], agents, place),
    plans: await readPlans(plans, place),
    ...(planner === undefined ? {} : { planner }),
    ...(taskQueue === undefined ? {} : { taskQueue }),
    ...(server === undefined ? {} : { server }),
  };
}

/** Loaded only where there is code to read. */
const readModule = async (path: string, name: string): Promise<unknown> =>
  (await import('./read-module.js')).readModuleConfig(path, name);

type Issue = NonNullable<ReturnType<typeof ConfigFile.safeParse>['error']>['issues'][number];

function linesOf(name: string, issue: Issue, raw: unknown): string[] {
  const where = issue.path.length === 0 ? name : `${name}: ${formatPath(issue.path)}`;
  if (issue.code !== 'unrecognized_keys') return [`${where}: ${describeIssue(issue, raw)}`];
  const known = issue.path[0] === 'server' ? ['address', 'namespace'] : Object.keys(ConfigFile.shape);
  return issue.keys.map((key) => `${where}: unknown key ${JSON.stringify(key)}${suggestKey(key, known)}`);
}

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
