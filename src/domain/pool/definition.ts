// Parses the pools of a configuration, and checks the agents that use them. All problems are reported together.
import { ProblemsError } from '../problems-error.js';
import { issueLines } from '../json/issue-lines.js';
import { PoolSettings, ResourceSettings } from './settings.js';
import { ownPools, poolUseProblems, type AgentPoolSettings } from './agent-pool.js';
import { shown } from '../problem.js';

/** One line for each problem, which begins with the name of its pool or agent. */
export class PoolDefinitionError extends ProblemsError {
  override readonly name = 'PoolDefinitionError';
}

/** Returns the declared pools, and those of agents with a capacity. Throws a PoolDefinitionError. */
export function parsePools(given: readonly unknown[], agents: readonly AgentPoolSettings[]): PoolSettings[] {
  const problems: string[] = [];
  const pools = given.flatMap((one, index) => {
    const parsed = PoolSettings.safeParse(one);
    if (parsed.success) return [parsed.data];
    const lines = issueLines(parsed.error.issues, { schema: PoolSettings, raw: one });
    problems.push(...lines.map((line) => `${poolName(one, index)}: ${line}`));
    return [];
  });
  const names = given.map((one, index) => poolName(one, index));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) problems.push(`${twice}: expected a name that no other pool has, got it twice`);
  // References to pools that have problems themselves are not reported.
  if (problems.length === 0) problems.push(...poolUseProblems(agents, pools));
  if (problems.length > 0) throw new PoolDefinitionError(problems);
  const own = ownPools(agents).filter(({ name }) => pools.every((pool) => pool.name !== name));
  return [...pools, ...own];
}

/** Throws a PoolDefinitionError. */
export function parseResource(pool: string, given: unknown): ResourceSettings {
  const parsed = ResourceSettings.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = issueLines(parsed.error.issues, { schema: ResourceSettings, raw: given });
  throw new PoolDefinitionError(lines.map((line) => `pool ${JSON.stringify(pool)}: ${line}`));
}

function poolName(one: unknown, index: number): string {
  const name = typeof one === 'object' && one !== null && 'name' in one ? one.name : undefined;
  return typeof name === 'string' ? `pool ${shown(name)}` : `pools[${index}]`;
}
