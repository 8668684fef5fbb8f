import type { Command } from 'commander';
import type { Agent } from '../domain/agent.js';
import type { Estimate } from '../domain/budget.js';
import { poolNameOf } from '../domain/pool/use.js';
import type { Io } from './io.js';
import { withConfig, withJson, type JsonOption } from './options.js';
import { UsageError } from './refusal.js';

interface AgentsOptions extends JsonOption {
  readonly config?: string;
  readonly health?: boolean;
}

export function define(command: Command, io: Io): void {
  withJson(withConfig(command))
    .option('--health', 'ask each that has a health check how it is; exit 0 whatever they say')
    .action(async ({ config: named, json, health }: AgentsOptions) => {
      const [{ loadConfig }, { textTable }, { oneLine }] = await Promise.all([
        import('../config/load.js'),
        import('./text-table.js'),
        import('../domain/one-line.js'),
      ]);
      const config = await loadConfig(io.cwd, named);
      if (config === undefined) throw new UsageError([NO_CONFIG]);
      if (health === true) {
        const { showHealth } = await import('./agent-health.js');
        return await showHealth(io, config.agents, json === true);
      }
      const agents = config.agents.map(cardOf);
      if (json === true) return io.printJson({ agents });
      if (agents.length === 0) return io.note('no agents');
      const rows = agents.map(({ type, kind, timeout, estimate, taskQueue, description, ...guards }) => {
        const cells = [type, kind, timeout ?? '', estimateText(estimate), guardsText(guards), taskQueue ?? ''];
        return [...cells, description ?? ''].map(oneLine);
      });
      const heading = ['AGENT', 'KIND', 'TIMEOUT', 'ESTIMATE', 'GUARDED BY', 'TASK QUEUE', 'DESCRIPTION'];
      io.print(textTable([heading, ...rows]));
    });
}

export const NO_CONFIG = 'there is no baton.config.ts, .js or .yaml here; name a configuration with --config';

/** `2 calls, 800 tokens, $0.01`, as far as it is declared. */
function estimateText({ calls, tokens, usd }: Estimate = {}): string {
  const parts = [
    calls === undefined ? '' : `${calls} ${calls === 1 ? 'call' : 'calls'}`,
    tokens === undefined ? '' : `${tokens} tokens`,
    usd === undefined ? '' : `$${usd}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** `breaker, 4 at once, 100 per 1m`, as far as it is declared. */
type Guarded = Pick<Agent, 'breaker' | 'pool' | 'capacity' | 'rateLimit'>;

function guardsText({ breaker, pool, capacity, rateLimit }: Guarded): string {
  const parts = [
    breaker === undefined ? '' : 'breaker',
    pool === undefined ? '' : `pool ${poolNameOf(pool)}`,
    capacity === undefined ? '' : `${capacity} at once`,
    rateLimit === undefined ? '' : `${rateLimit.limit} per ${rateLimit.per}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** What can be told of an agent in JSON. */
const cardOf = ({ type, kind, version, description, timeout, heartbeat, retry, estimate, ...rest }: Agent) => ({
  type,
  kind,
  version,
  description,
  timeout,
  heartbeat,
  retry,
  estimate,
  breaker: rest.breaker,
  pool: rest.pool,
  capacity: rest.capacity,
  rateLimit: rest.rateLimit,
  taskQueue: rest.taskQueue,
});
