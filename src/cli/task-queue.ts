// Which Task Queue a run is put on, so that two projects on one server never take each other's tasks.
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { DEFAULT_TASK_QUEUE } from '../domain/run-input.js';

/** What the queue is derived from: a configuration, or a directory that has none. */
export interface QueuePlace {
  readonly configPath?: string | undefined;
  readonly directory: string;
}

/** The queue of this project alone, which the worker inside `run` polls: `baton-` and twelve digits. */
export function ownQueue({ configPath, directory }: QueuePlace): string {
  const place = realpathSync(configPath ?? directory);
  return `${DEFAULT_TASK_QUEUE}-${createHash('sha256').update(place).digest('hex').slice(0, 12)}`;
}

/** What `dev` and `worker` poll: the queue that is configured, and that of runs which were interrupted here. */
export const workerQueues = (configured: string | undefined, place: QueuePlace): string[] => [
  ...new Set([configured ?? DEFAULT_TASK_QUEUE, ownQueue(place)]),
];
