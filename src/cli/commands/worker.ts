import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withJson, withServer, withTaskQueue, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { listenText, withListen, type ListenAddress } from '../arguments/listen.js';
import { NO_CONFIG, UsageError } from '../terminal/errors.js';

interface WorkerOptions extends ServerOptions, JsonOption {
  readonly taskQueue?: string;
  readonly verbose?: boolean;
  readonly listen?: ListenAddress;
  readonly gateway?: boolean;
}

export function define(command: Command, io: Io): void {
  const own = withListen(withJson(withTaskQueue(withServer(command))));
  own
    .option('--gateway', 'also consume the subscriptions of the configuration')
    .action(async (_options: WorkerOptions, self: Command) => {
      const options = self.optsWithGlobals<WorkerOptions>();
      const [{ loadProjectConfig }, { serve }, { queuesOfWorker }, { deploymentIn }] = await Promise.all([
        import('../session/load-config.js'),
        import('../worker/serve.js'),
        import('../arguments/project-queue.js'),
        import('../../worker/deployment.js'),
      ]);
      const config = await loadProjectConfig(io, options.config);
      if (config === undefined) throw new UsageError([NO_CONFIG]);
      await serve(io, {
        options,
        config,
        start: true,
        agents: config.agents,
        pools: config.pools,
        secrets: config.secrets,
        project: config.project,
        taskQueues: queuesOfWorker(options.taskQueue ?? config.taskQueue, {
          configPath: config.path,
          directory: io.cwd,
        }),
        json: options.json === true,
        verbose: options.verbose === true,
        listen: options.listen && listenText(options.listen),
        gateway: options.gateway === true,
        deployment: deploymentIn(io.env),
      });
    });
}
