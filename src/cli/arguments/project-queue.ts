// The Task Queue of a project. Two projects on one server use different queues, so that neither executes the other's tasks.
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { DEFAULT_TASK_QUEUE } from '../../domain/task-queue.js';

/** The queue is derived from the configuration file, or from the directory if it has none. */
export interface ProjectPlace {
  readonly configPath?: string | undefined;
  readonly directory: string;
}

/** The queue of this project alone, which the worker inside `run` polls: `baton-` and twelve hexadecimal digits. */
export function ownQueue({ configPath, directory }: ProjectPlace): string {
  const place = realpathSync(configPath ?? directory);
  return `${DEFAULT_TASK_QUEUE}-${createHash('sha256').update(place).digest('hex').slice(0, 12)}`;
}

/** The queues that `dev` and `worker` poll: the configured one, and the one of runs that were interrupted in this directory. */
export const queuesOfWorker = (configured: string | undefined, place: ProjectPlace): string[] => [
  ...new Set([configured ?? DEFAULT_TASK_QUEUE, ownQueue(place)]),
];
