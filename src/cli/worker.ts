import type { Command } from 'commander';
import { NO_CONFIG } from './agents.js';
import type { Io } from './io.js';
import { withJson, withServer, withTaskQueue, type JsonOption, type ServerOptions } from './options.js';
import { UsageError } from './refusal.js';

interface WorkerOptions extends ServerOptions, JsonOption {
  readonly taskQueue?: string;
  readonly verbose?: boolean;
}

export function define(command: Command, io: Io): void {
  withJson(withTaskQueue(withServer(command))).action(async (_options: WorkerOptions, self: Command) => {
    const options = self.optsWithGlobals<WorkerOptions>();
    const [{ loadConfig }, { serve }, { workerQueues }] = await Promise.all([
      import('../config/load.js'),
      import('./serve.js'),
      import('./task-queue.js'),
    ]);
    const config = await loadConfig(io.cwd, options.config);
    if (config === undefined) throw new UsageError([NO_CONFIG]);
    await serve(io, {
      options,
      config,
      start: true,
      agents: config.agents,
      pools: config.pools,
      taskQueues: workerQueues(options.taskQueue ?? config.taskQueue, { configPath: config.path, directory: io.cwd }),
      json: options.json === true,
      verbose: options.verbose === true,
    });
  });
}
