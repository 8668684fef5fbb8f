// A project's configuration: its agents, and where its runs go. The shape; loading is in config/load.ts.
import { z } from 'zod';
import type { Agent } from './domain/agent.js';
import type { PoolSettings } from './domain/pool/settings.js';

export const ServerSettings = z.strictObject({
  /** `host:port`; `--address` and TEMPORAL_ADDRESS come first. */
  address: z.string().min(1).optional(),
  namespace: z.string().min(1).optional(),
});
export type ServerSettings = z.infer<typeof ServerSettings>;

/** What a `baton.config.*` says. Agents and pools are read one by one. */
export const ConfigFile = z.strictObject({
  agents: z.array(z.unknown()),
  /** Resources that agents share. */
  pools: z.array(z.unknown()).optional(),
  /** Plans that tasks may call by name: data, or the path of a plan file beside the configuration. */
  plans: z
    .record(z.string(), z.union([z.string().min(1), z.record(z.string(), z.unknown())], 'expected a path or a plan'))
    .optional(),
  /** The agent that `baton solve` asks for plans. */
  planner: z.string().min(1).optional(),
  /** The Task Queue of runs and workers; default `baton`. */
  taskQueue: z.string().min(1).max(200).optional(),
  server: ServerSettings.optional(),
});

export interface Config extends Omit<z.infer<typeof ConfigFile>, 'agents' | 'pools'> {
  readonly agents: readonly Agent[];
  readonly pools?: readonly PoolSettings[];
}

/** For `baton.config.ts`: types the configuration, and gives it back. */
export const defineConfig = (config: Config): Config => config;
