// Circuit breakers that are open, pools without free capacity, and those that no worker uses any more.
import { formatDuration } from '../../domain/duration.js';
import { ownPools } from '../../domain/pool/agent-pool.js';
import type { PoolStatus } from '../../domain/pool/coordinator/status.js';
import { isUnansweredError } from '../../client/errors.js';
import { findLeftGuards } from '../../client/left-guards.js';
import type { Check, Finding } from './finding.js';

export const checkBreakers: Check = {
  name: 'circuit breakers',
  async look({ baton }) {
    const breakers = await baton.breakers();
    return breakers.flatMap((one): Finding[] => {
      if ('problem' in one || (one.phase !== 'open' && one.phase !== 'forced-open')) return [];
      const since = formatDuration(one.forMs);
      const problem = `the circuit breaker of ${JSON.stringify(one.agent)} has been open for ${since}: its calls wait or go to a fallback`;
      return [{ problem, todo: `look why the agent fails: "baton breaker ${one.agent}"` }];
    });
  },
};

export const checkPools: Check = {
  name: 'pools',
  async look({ baton, config }) {
    const names = [...(config?.pools ?? []), ...ownPools(config?.agents ?? [])].map(({ name }) => name);
    const findings: Finding[] = [];
    for (const name of names) {
      try {
        findings.push(...poolFindings(await baton.pool(name).status()));
      } catch (error) {
        if (!isUnansweredError(error)) throw error;
      }
    }
    return findings;
  },
};

function poolFindings({ pool, isAtWork, resources, waiting }: PoolStatus): Finding[] {
  const calls = waiting.reduce((sum, { count }) => sum + count, 0);
  const isFree = resources.some(({ condition, inUse, limit }) => condition === 'open' && inUse < limit);
  if (!isAtWork || calls === 0 || isFree) return [];
  const ill = resources.filter(({ condition }) => condition === 'ill').map(({ id }) => id);
  const why = ill.length === 0 ? '' : `; ${ill.join(', ')} failed the health check`;
  const problem = `the pool ${JSON.stringify(pool)} has no free capacity, and ${calls} ${calls === 1 ? 'call waits' : 'calls wait'}${why}`;
  return [{ problem, todo: `"baton pool status ${pool}" shows who uses it; "baton pool add ${pool} …" adds capacity` }];
}

/** Workflows of breakers and pools end when no worker uses them. If all workers died, none is there to end them. */
export const checkLeftGuards: Check = {
  name: 'breakers and pools without users',
  async look({ client, staleMs }) {
    const left = await findLeftGuards(client, staleMs);
    return left.map(({ workflowId, lastMs }) => ({
      problem: `${workflowId} has had no worker since ${new Date(lastMs).toISOString()}`,
      todo: 'end it: "baton sweep"',
    }));
  },
};
