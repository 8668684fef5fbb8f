// What an agent says of its pool, and what can be wrong with that.
import { z } from 'zod';
import { expressionSource } from '../expression.js';
import { whatIsWrong } from '../input-expression.js';
import { didYouMean, got } from '../problem.js';
import type { PoolSettings } from './settings.js';

const Key = z.string().superRefine((text, context) => {
  const source = expressionSource(text);
  const problem =
    source === undefined
      ? `expected an expression, such as "{% $input.customer %}", got ${got(text)}`
      : whatIsWrong(source);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

/** The name of a pool; with the key by which a sticky one tells calls apart. */
export const PoolUse = z.union(
  [z.string().min(1), z.strictObject({ name: z.string().min(1), key: Key.optional() })],
  'expected the name of a pool, or { name: gpus, key: "{% $input.customer %}" }',
);
export type PoolUse = z.infer<typeof PoolUse>;

export const poolNameOf = (use: PoolUse): string => (typeof use === 'string' ? use : use.name);
export const poolKeyOf = (use: PoolUse): string | undefined => (typeof use === 'string' ? undefined : use.key);

/** What of an agent decides on its pool. */
export interface Using {
  readonly type: string;
  readonly pool?: PoolUse | undefined;
  /** It has a pool of its own, of one resource. */
  readonly capacity?: number | undefined;
}

/** Names of pools have no slashes. */
const ownName = (type: string): string => type.replaceAll('/', '.');

/** The pool of an agent: the one that it names, or its own. */
export const poolUseOf = ({ type, pool, capacity }: Using): PoolUse | undefined =>
  pool ?? (capacity === undefined ? undefined : ownName(type));

/** The pools of the agents that only say how many calls they take at once. */
export const ownPools = (agents: readonly Using[]): PoolSettings[] =>
  agents.flatMap(({ type, pool, capacity }) =>
    pool !== undefined || capacity === undefined
      ? []
      : [{ name: ownName(type), resources: [{ id: ownName(type), capacity }] }],
  );

/** One line for each agent that cannot have the pool it asks for. */
export function poolUseProblems(agents: readonly Using[], pools: readonly PoolSettings[]): string[] {
  const names = pools.map(({ name }) => name);
  return agents.flatMap(({ type, pool: use, capacity }) => {
    if (use === undefined) return [];
    if (capacity !== undefined) {
      const message = 'expected without "pool", whose resources have capacities of their own';
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
        `${where}: expected the name of a pool (${known}), got ${got(name)}${hint === undefined ? '' : `; ${hint}`}`,
      ];
    }
    if (pool.strategy !== 'sticky' || poolKeyOf(use) !== undefined) return [];
    return [
      `${where}: expected a key, such as { name: ${name}, key: "{% $input.customer %}" }, for pool ${JSON.stringify(name)} is sticky, got none`,
    ];
  });
}
