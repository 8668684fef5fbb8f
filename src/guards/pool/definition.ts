// The pools of a configuration: parsed, and held against the agents that use them. All that is wrong is said.
import { describeIssue } from '../../json-schema.js';
import type { Agent } from '../../domain/agent.js';
import { PoolSettings, ResourceSettings } from '../../domain/pool/settings.js';
import { ownPools, poolUseProblems } from '../../domain/pool/use.js';
import { didYouMean, formatPath, got } from '../../domain/problem.js';

/** One line for each problem, each naming its pool or agent. */
export class PoolDefinitionError extends Error {
  override readonly name = 'PoolDefinitionError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** With those that agents have for themselves. Throws a PoolDefinitionError. */
export function parsePools(given: readonly unknown[], agents: readonly Agent[]): PoolSettings[] {
  const problems: string[] = [];
  const pools = given.flatMap((one, index) => {
    const parsed = PoolSettings.safeParse(one);
    if (parsed.success) return [parsed.data];
    problems.push(...parsed.error.issues.flatMap((issue) => linesOf(poolName(one, index), issue, one)));
    return [];
  });
  const names = given.map((one, index) => poolName(one, index));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) problems.push(`${twice}: expected one pool of a name, got two`);
  // What agents say of pools that are wrong themselves would be noise.
  if (problems.length === 0) problems.push(...poolUseProblems(agents, pools));
  if (problems.length > 0) throw new PoolDefinitionError(problems);
  const own = ownPools(agents).filter(({ name }) => pools.every((pool) => pool.name !== name));
  return [...pools, ...own];
}

/** Throws a PoolDefinitionError. */
export function parseResource(pool: string, given: unknown): ResourceSettings {
  const parsed = ResourceSettings.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new PoolDefinitionError(
    parsed.error.issues.flatMap((issue) => linesOf(`pool ${JSON.stringify(pool)}`, issue, given)),
  );
}

function poolName(one: unknown, index: number): string {
  const name = typeof one === 'object' && one !== null && 'name' in one ? one.name : undefined;
  return typeof name === 'string' ? `pool ${got(name)}` : `pools[${index}]`;
}

type Issue = Parameters<typeof describeIssue>[0];

/** Keys by how deep they are: of a pool, of its rate, of its resources. */
const KEYS = {
  resources: Object.keys(ResourceSettings.shape),
  rateLimit: ['limit', 'per', 'unit'],
};

function linesOf(name: string, issue: Issue, raw: unknown): string[] {
  const where = `${name}: ${issue.path.length === 0 ? '' : `${formatPath(issue.path)}: `}`;
  if (issue.code !== 'unrecognized_keys') return [where + describeIssue(issue, raw)];
  const [first] = issue.path;
  const known = first === 'resources' || first === 'rateLimit' ? KEYS[first] : Object.keys(PoolSettings.shape);
  return issue.keys.map((key) => {
    const hint = didYouMean(key, known);
    return `${where}unknown key ${JSON.stringify(key)}${hint === undefined ? '' : `; ${hint}`}`;
  });
}
