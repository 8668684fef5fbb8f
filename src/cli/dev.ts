import type { Command } from 'commander';
import { NO_CONFIG } from './agents.js';
import type { Io } from './io.js';
import { parseWhole, withConfig, withJson, withTaskQueue, type JsonOption } from './options.js';
import { UsageError } from './refusal.js';

interface DevOptions extends JsonOption {
  readonly config?: string;
  readonly port: number;
  readonly uiPort: number;
  readonly taskQueue?: string;
  readonly verbose?: boolean;
}

/** Temporal's own defaults, which its tools look at. */
const PORT = 7233;
const UI_PORT = 8233;
const MAX_PORT = 65_535;

export function define(command: Command, io: Io): void {
  withJson(withTaskQueue(withConfig(command)))
    .option('--port <port>', 'of the server', (value) => parseWhole('--port', value, 1, MAX_PORT), PORT)
    .option('--ui-port <port>', 'of the Web UI', (value) => parseWhole('--ui-port', value, 1, MAX_PORT), UI_PORT)
    .action(async (_options: DevOptions, self: Command) => {
      const { port, uiPort, ...options } = self.optsWithGlobals<DevOptions>();
      const [{ loadConfig }, { configuredServer }, { serve }, { workerQueues }] = await Promise.all([
        import('../config/load.js'),
        import('../server/configured.js'),
        import('./serve.js'),
        import('./task-queue.js'),
      ]);
      const config = await loadConfig(io.cwd, options.config);
      const address = config?.server?.address;
      const configured = configuredServer(address === undefined ? {} : { address }).connectionOptions;
      if (configured !== undefined) {
        throw new UsageError([
          `a server is configured (${configured.address}), so dev would not be used; run "baton worker" against that one`,
        ]);
      }
      if (config === undefined) io.note(`this worker has no agents: ${NO_CONFIG}`);
      await serve(io, {
        options: options.config === undefined ? {} : { config: options.config },
        config,
        start: true,
        find: { port, uiPort, localAddress: `localhost:${port}` },
        agents: config?.agents ?? [],
        pools: config?.pools ?? [],
        taskQueues: workerQueues(options.taskQueue ?? config?.taskQueue, {
          configPath: config?.path,
          directory: io.cwd,
        }),
        json: options.json === true,
        verbose: options.verbose === true,
      });
    });
}
