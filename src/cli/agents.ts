import type { Command } from 'commander';
import type { Agent } from '../domain/agent.js';
import type { Estimate } from '../domain/budget.js';
import type { Io } from './io.js';
import { withConfig, withJson, type JsonOption } from './options.js';
import { UsageError } from './refusal.js';

interface AgentsOptions extends JsonOption {
  readonly config?: string;
}

export function define(command: Command, io: Io): void {
  withJson(withConfig(command)).action(async ({ config: named, json }: AgentsOptions) => {
    const [{ loadConfig }, { textTable }, { oneLine }] = await Promise.all([
      import('../config/load.js'),
      import('./text-table.js'),
      import('../domain/one-line.js'),
    ]);
    const config = await loadConfig(io.cwd, named);
    if (config === undefined) throw new UsageError([NO_CONFIG]);
    const agents = config.agents.map(cardOf);
    if (json === true) return io.printJson({ agents });
    if (agents.length === 0) return io.note('no agents');
    const rows = agents.map(({ type, kind, timeout, estimate, taskQueue, description }) =>
      [type, kind, timeout ?? '', estimateText(estimate), taskQueue ?? '', description ?? ''].map(oneLine),
    );
    io.print(textTable([['AGENT', 'KIND', 'TIMEOUT', 'ESTIMATE', 'TASK QUEUE', 'DESCRIPTION'], ...rows]));
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

/** What can be told of an agent in JSON. */
const cardOf = ({ type, kind, version, description, timeout, heartbeat, retry, estimate, taskQueue }: Agent) => ({
  type,
  kind,
  version,
  description,
  timeout,
  heartbeat,
  retry,
  estimate,
  taskQueue,
});
