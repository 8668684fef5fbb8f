// The configured agents: a table, or JSON.
import type { Agent } from '../../domain/agent/agent.js';
import type { Estimate } from '../../domain/budget/budget.js';
import { poolNameOf } from '../../domain/pool/agent-pool.js';
import { visibleLine } from '../../domain/text/visible.js';
import { columnsOf } from '../terminal/fit.js';
import type { Io } from '../terminal/io.js';
import { textTable } from '../terminal/text-table.js';

/** What a narrow terminal has no room for, the least important first. */
const DROP = ['TASK QUEUE', 'ESTIMATE', 'TIMEOUT', 'GUARDED BY', 'DESCRIPTION'];
const CUT = { AGENT: 12, ESTIMATE: 12, 'GUARDED BY': 12, 'TASK QUEUE': 10, DESCRIPTION: 20 };

export function showAgents(io: Io, configured: readonly Agent[], json: boolean): void {
  const agents = configured.map(settingsOf);
  if (json) return io.printJson({ agents });
  if (agents.length === 0) return io.note('no agents');
  const rows = agents.map(({ type, kind, timeout, estimate, taskQueue, description, ...guards }) => {
    const cells = [type, kind, timeout ?? '', estimateText(estimate), guardsText(guards), taskQueue ?? ''];
    return [...cells, description ?? ''].map(visibleLine);
  });
  const heading = ['AGENT', 'KIND', 'TIMEOUT', 'ESTIMATE', 'GUARDED BY', 'TASK QUEUE', 'DESCRIPTION'];
  io.print(textTable([heading, ...rows], { width: columnsOf(io.stdout), cut: CUT, drop: DROP }));
}

/** `2 calls, 800 tokens, $0.01`: the declared parts of an estimate. */
function estimateText({ calls, tokens, usd }: Estimate = {}): string {
  const parts = [
    calls === undefined ? '' : `${calls} ${calls === 1 ? 'call' : 'calls'}`,
    tokens === undefined ? '' : `${tokens} tokens`,
    usd === undefined ? '' : `$${usd}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

type Guards = Pick<Agent, 'breaker' | 'pool' | 'capacity' | 'rateLimit'>;

/** `breaker, 4 at a time, 100 per 1m`: the declared guards of an agent. */
function guardsText({ breaker, pool, capacity, rateLimit }: Guards): string {
  const parts = [
    breaker === undefined ? '' : 'breaker',
    pool === undefined ? '' : `pool ${poolNameOf(pool)}`,
    capacity === undefined ? '' : `${capacity} at a time`,
    rateLimit === undefined ? '' : `${rateLimit.limit} per ${rateLimit.per}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** The settings of an agent that are printed as JSON. */
const settingsOf = ({ type, kind, version, description, timeout, heartbeat, retry, estimate, ...rest }: Agent) => ({
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
