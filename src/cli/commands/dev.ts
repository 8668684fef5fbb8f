import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { parseWhole, withConfig, withJson, withTaskQueue, type JsonOption } from '../arguments/options.js';
import { listenText, withListen, type ListenAddress } from '../arguments/listen.js';
import { NO_CONFIG, UsageError } from '../terminal/errors.js';

interface DevOptions extends JsonOption {
  readonly config?: string;
  readonly port: number;
  readonly uiPort: number;
  readonly watch: boolean;
  readonly taskQueue?: string;
  readonly verbose?: boolean;
  readonly listen?: ListenAddress;
}

/** Temporal's own defaults, which its tools use. */
const PORT = 7233;
const UI_PORT = 8233;
const MAX_PORT = 65_535;

export function define(command: Command, io: Io): void {
  withListen(withJson(withTaskQueue(withConfig(command))))
    .option('--port <port>', 'the port of the server', (value) => parseWhole('--port', value, 1, MAX_PORT), PORT)
    .option(
      '--ui-port <port>',
      'the port of the Web UI',
      (value) => parseWhole('--ui-port', value, 1, MAX_PORT),
      UI_PORT,
    )
    .option('--no-watch', 'do not start the worker again when agents or plans change')
    .action(async (_options: DevOptions, self: Command) => {
      const { port, uiPort, watch, ...options } = self.optsWithGlobals<DevOptions>();
      const [{ loadProjectConfig }, { configuredServer }, { serveChanging }, { queuesOfWorker }, { projectNear }] =
        await Promise.all([
          import('../session/load-config.js'),
          import('../../server/configured.js'),
          import('../dev/serve-changing.js'),
          import('../arguments/project-queue.js'),
          import('../../project.js'),
        ]);
      const config = await loadProjectConfig(io, options.config);
      const address = config?.server?.address;
      const configured = configuredServer(address === undefined ? {} : { address }).connectionOptions;
      if (configured !== undefined) {
        throw new UsageError([
          `a server is configured (${configured.address}), so the server of dev would not be used; run "baton worker" for that server`,
        ]);
      }
      if (config === undefined) io.note(`this worker has no agents: ${NO_CONFIG}`);
      await serveChanging(io, {
        config,
        watch,
        reload: () => loadProjectConfig(io, options.config, { again: true }),
        requestFor: (now) => ({
          options: options.config === undefined ? {} : { config: options.config },
          config: now,
          start: true,
          find: { port, uiPort, localAddress: `localhost:${port}` },
          agents: now?.agents ?? [],
          pools: now?.pools ?? [],
          secrets: now?.secrets,
          project: now?.project ?? projectNear({}, io.cwd),
          taskQueues: queuesOfWorker(options.taskQueue ?? now?.taskQueue, {
            configPath: now?.path,
            directory: io.cwd,
          }),
          json: options.json === true,
          verbose: options.verbose === true,
          listen: options.listen && listenText(options.listen),
          gateway: (now?.subscriptions.length ?? 0) > 0,
        }),
      });
    });
}
