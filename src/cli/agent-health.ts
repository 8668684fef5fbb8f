// How the agents of a configuration are: all checks at once, as a worker would make them.
import { checkHealth } from '../activities/health-check.js';
import type { Agent } from '../domain/agent.js';
import { oneLine } from '../domain/one-line.js';
import type { Io } from './io.js';
import { textTable } from './text-table.js';

interface AgentHealth {
  readonly type: string;
  readonly kind: string;
  /** `null` where nobody can tell, for there is no check. */
  readonly healthy: boolean | null;
  readonly latencyMs: number | null;
  readonly why: string | null;
}

export async function showHealth(io: Io, agents: readonly Agent[], json: boolean): Promise<void> {
  const found = await Promise.all(agents.map(healthOf));
  if (json) return io.printJson({ agents: found });
  if (found.length === 0) return io.note('no agents');
  const paint = io.colours(io.stdout);
  const rows = found.map(({ type, kind, healthy, latencyMs, why }) => {
    const glyph = healthy === null ? '-' : healthy ? paint.green('✓') : paint.red('✗');
    return [oneLine(type), oneLine(kind), glyph, latencyMs === null ? '' : `${latencyMs} ms`, oneLine(why ?? '')];
  });
  io.print(textTable([['AGENT', 'KIND', 'WELL', 'LATENCY', 'WHY NOT'], ...rows]));
}

async function healthOf({ type, kind, health: check }: Agent): Promise<AgentHealth> {
  if (check === undefined) return { type, kind, healthy: null, latencyMs: null, why: null };
  const health = await checkHealth(check);
  const { isHealthy: healthy, latencyMs } = health;
  return { type, kind, healthy, latencyMs, why: health.isHealthy ? null : health.why };
}
