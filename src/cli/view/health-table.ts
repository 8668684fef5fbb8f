// Checks the health of the configured agents, and prints the results.
import { visibleLine } from '../../domain/text/visible.js';
import { checkAgents } from '../../worker/agent-health.js';
import type { LoadedConfig } from '../session/load-config.js';
import type { Io } from '../terminal/io.js';
import { columnsOf } from '../terminal/fit.js';
import { textTable } from '../terminal/text-table.js';

export async function showHealth(
  io: Io,
  { agents, secrets }: Pick<LoadedConfig, 'agents' | 'secrets'>,
  json: boolean,
): Promise<void> {
  const found = await checkAgents(agents, secrets);
  if (json) return io.printJson({ agents: found });
  if (found.length === 0) return io.note('no agents');
  const paint = io.colours(io.stdout);
  const rows = found.map(({ type, kind, healthy, latencyMs, why }) => {
    const glyph = healthy === null ? '-' : healthy ? paint.green('✓') : paint.red('✗');
    return [
      visibleLine(type),
      visibleLine(kind),
      glyph,
      latencyMs === null ? '' : `${latencyMs} ms`,
      visibleLine(why ?? ''),
    ];
  });
  const table = [['AGENT', 'KIND', 'HEALTHY', 'LATENCY', 'REASON'], ...rows];
  io.print(
    textTable(table, { width: columnsOf(io.stdout), cut: { AGENT: 12, REASON: 24 }, drop: ['KIND', 'LATENCY'] }),
  );
}
