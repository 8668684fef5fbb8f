// A project: the workers and clients that share circuit breakers and pools, independent of their Task Queues.
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CONFIG_NAMES } from './config/find.js';
import { DEFAULT_TASK_QUEUE } from './domain/task-queue.js';

export interface ProjectNames {
  /** The configured name. */
  readonly project?: string | undefined;
  /** The configured Task Queue. The default one does not name a project, because every project may use it. */
  readonly taskQueue?: string | undefined;
}

/**
 * The project of a configuration: its name, else its Task Queue, else a name from its directory. Two directories are two projects,
 * even if their agents have the same names.
 */
export function projectOf({ project, taskQueue }: ProjectNames, directory: string): string {
  if (project !== undefined) return project;
  return taskQueue === undefined || taskQueue === DEFAULT_TASK_QUEUE ? projectFromDirectory(directory) : taskQueue;
}

/** The project of a program that has loaded no configuration: of the nearest directory upwards that has one, else `baton`. */
export function projectNear(names: ProjectNames, directory: string = process.cwd()): string {
  const configured = findConfiguredDirectory(resolve(directory));
  return configured === undefined
    ? (names.project ?? names.taskQueue ?? DEFAULT_TASK_QUEUE)
    : projectOf(names, configured);
}

/** As `projectNear`; `undefined` if programs of any project may have that name, because neither configuration nor program gives one. */
export function ownProject(names: ProjectNames, directory?: string): string | undefined {
  const name = projectNear(names, directory);
  return name === DEFAULT_TASK_QUEUE ? undefined : name;
}

/** `shop-3f9a2c71`: the name of the directory, and eight digits of a hash of its path. */
function projectFromDirectory(directory: string): string {
  const path = realpathSync(directory);
  const name = basename(path)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 60);
  return `${name}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}

function findConfiguredDirectory(directory: string): string | undefined {
  if (CONFIG_NAMES.some((name) => existsSync(join(directory, name)))) return directory;
  const above = dirname(directory);
  return above === directory ? undefined : findConfiguredDirectory(above);
}
