// The reference of an agent to its pool, and the problems that it can have.
import { defined } from '../json/defined.js';
import { z } from 'zod';
import { expressionSource } from '../expression/expression.js';
import { inputExpressionProblem } from '../expression/input-only.js';
import { didYouMean, shown } from '../problem.js';
import type { PoolSettings } from './settings.js';

const Key = z.string().superRefine((text, context) => {
  const source = expressionSource(text);
  const problem =
    source === undefined
      ? `expected an expression, such as "{% $input.customer %}", got ${shown(text)}`
      : inputExpressionProblem(source);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

/** The name of a pool. For a sticky pool also the key: an expression over the input of the call. */
export const PoolUse = z.union(
  [z.string().min(1), z.strictObject({ name: z.string().min(1), key: Key.optional() })],
  'expected the name of a pool, or { name: gpus, key: "{% $input.customer %}" }',
);
export type PoolUse = z.infer<typeof PoolUse>;

export const poolNameOf = (use: PoolUse): string => (typeof use === 'string' ? use : use.name);
export const poolKeyOf = (use: PoolUse): string | undefined => (typeof use === 'string' ? undefined : use.key);

/** The settings of an agent that decide which pool it uses. */
export interface AgentPoolSettings {
  readonly type: string;
  readonly pool?: PoolUse | undefined;
  /** Calls at the same time: the agent has a pool of its own, with one resource of this capacity. */
  readonly capacity?: number | undefined;
  /** The Task Queue of all its calls, from every project. */
  readonly taskQueue?: string | undefined;
}

/** Agent types may contain slashes, names of pools may not. */
const ownName = (type: string): string => type.replaceAll('/', '.');

/** The pool of an agent: the one that it names, or its own. */
export const poolUseOf = ({ type, pool, capacity }: AgentPoolSettings): PoolUse | undefined =>
  pool ?? (capacity === undefined ? undefined : ownName(type));

/** The pools of the agents that declare a capacity and no pool. */
export const ownPools = (agents: readonly AgentPoolSettings[]): PoolSettings[] =>
  agents.flatMap(({ type, pool, capacity, taskQueue }) =>
    pool !== undefined || capacity === undefined
      ? []
      : [
          {
            name: ownName(type),
            resources: [{ id: ownName(type), capacity }],
            ...defined({ taskQueue }),
          },
        ],
  );

/** One line for each agent whose reference to a pool has a problem. */
export function poolUseProblems(agents: readonly AgentPoolSettings[], pools: readonly PoolSettings[]): string[] {
  const names = pools.map(({ name }) => name);
  return agents.flatMap(({ type, pool: use, capacity }) => {
    if (use === undefined) return [];
    if (capacity !== undefined) {
      const message = 'expected no capacity together with "pool", whose resources have capacities of their own';
      return [`agent ${JSON.stringify(type)}: capacity: ${message}, got ${capacity}`];
    }
    const name = poolNameOf(use);
    const where = `agent ${JSON.stringify(type)}: pool`;
    const pool = pools.find((one) => one.name === name);
    if (pool === undefined) {
      const known =
        names.length === 0 ? 'none is declared' : `there is ${names.map((one) => JSON.stringify(one)).join(', ')}`;
      const hint = didYouMean(name, names);
      return [
        `${where}: expected the name of a pool (${known}), got ${shown(name)}${hint === undefined ? '' : `; ${hint}`}`,
      ];
    }
    if (pool.strategy !== 'sticky' || poolKeyOf(use) !== undefined) return [];
    return [
      `${where}: expected a key, such as { name: ${name}, key: "{% $input.customer %}" } (pool ${JSON.stringify(name)} is sticky), got none`,
    ];
  });
}
