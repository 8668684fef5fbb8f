// Reads the file of a configuration and checks it, except its agents, pools, plans and what refers to them. Commands that only read
// runs, or act on them, need no more.
import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { ConfigFile, type Config } from '../config.js';
import { defined } from '../domain/json/defined.js';
import { issueLines } from '../domain/json/issue-lines.js';
import { isRecord } from '../domain/json/own-property.js';
import { projectOf } from '../project.js';
import type { TelemetrySettings } from '../telemetry/settings.js';
import { ConfigError } from './error.js';
import { DATA_ENDINGS, endingOf } from './find.js';
import { placeProblems } from './place-problems.js';
import { readDataConfig } from './read-data.js';
import type { ModuleLoading } from './read-module.js';
import { withAbsolutePaths } from './value-paths.js';

/** What workers and clients of a project share. */
export interface ProjectSettings extends Pick<Config, 'taskQueue' | 'server' | 'storage' | 'encryption' | 'telemetry'> {
  /** The real path of the file. */
  readonly path: string;
  /** The project whose circuit breakers and pools are used; see project.ts. */
  readonly project: string;
}

export interface ConfigSource {
  readonly path: string;
  /** The path as messages show it. */
  readonly name: string;
}

export type ConfigContent = z.infer<typeof ConfigFile>;

/** Throws ConfigError. */
export const readSettings = (source: ConfigSource, how: ModuleLoading): Promise<ProjectSettings> =>
  readContent(source, how, (content) => settingsOf(content, source));

/** Reads the file, and makes something of its content. Problems of a file that is data have their places. Throws ConfigError. */
export async function readContent<T>(
  source: ConfigSource,
  how: ModuleLoading,
  make: (content: ConfigContent) => T | Promise<T>,
): Promise<T> {
  const { path, name } = source;
  const isData = DATA_ENDINGS.some((ending) => ending === endingOf(path));
  const raw = isData ? await readDataConfig(path, name) : await readModule(path, name, how);
  try {
    return await make(parseContent(raw, name));
  } catch (error) {
    throw isData && error instanceof ConfigError ? await placeProblems(error, { path, name, raw }) : error;
  }
}

function parseContent(raw: unknown, name: string): ConfigContent {
  if (isRecord(raw) && Object.hasOwn(raw, 'tasks') && !Object.hasOwn(raw, 'agents'))
    throw new ConfigError([`${name}: expected a configuration, got a plan: it has "tasks", and no "agents"`]);
  const parsed = ConfigFile.safeParse(raw);
  if (parsed.success) return parsed.data;
  const lines = issueLines(parsed.error.issues, { schema: ConfigFile, raw });
  throw new ConfigError(lines.map((line) => `${name}: ${line}`));
}

export function settingsOf(content: ConfigContent, { path }: ConfigSource): ProjectSettings {
  const { project, taskQueue, server, telemetry, storage, encryption } = content;
  const directory = dirname(path);
  return {
    path: realpathSync(path),
    project: projectOf({ project, taskQueue }, directory),
    ...defined({ taskQueue, server, telemetry: withLogDirectory(telemetry, directory) }),
    ...withAbsolutePaths(defined({ storage, encryption }), directory),
  };
}

/** The directory of kept lines is relative to the configuration. */
function withLogDirectory(telemetry: TelemetrySettings | undefined, directory: string): TelemetrySettings | undefined {
  const keep = telemetry?.logs?.keep;
  return typeof keep === 'string'
    ? { ...telemetry, logs: { ...telemetry?.logs, keep: resolve(directory, keep) } }
    : telemetry;
}

/** The module is imported only if the configuration is code. */
const readModule = async (path: string, name: string, how: ModuleLoading): Promise<unknown> =>
  (await import('./read-module.js')).readModuleConfig(path, name, how);
