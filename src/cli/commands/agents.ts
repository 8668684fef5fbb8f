import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withConfig, withJson, type JsonOption } from '../arguments/options.js';
import { NO_CONFIG, UsageError } from '../terminal/errors.js';

interface AgentsOptions extends JsonOption {
  readonly config?: string;
  readonly health?: boolean;
}

export function define(command: Command, io: Io): void {
  withJson(withConfig(command))
    .option('--health', "run every agent's health check (the exit code is always 0)")
    .action(async ({ config: named, json, health }: AgentsOptions) => {
      const { loadProjectConfig } = await import('../session/load-config.js');
      const config = await loadProjectConfig(io, named);
      if (config === undefined) throw new UsageError([NO_CONFIG]);
      if (health === true) {
        const { showHealth } = await import('../view/health-table.js');
        return await showHealth(io, config, json === true);
      }
      const { showAgents } = await import('../view/agents-table.js');
      showAgents(io, config.agents, json === true);
    });
}
