// The address of the Workflow of a circuit breaker or a pool: the scope in its Workflow Id, and the Task Queue of its workers.

export interface GuardAddress {
  /** Part of the Workflow Id: a project, or the Task Queue that its agent or pool names. */
  readonly scope: string;
  readonly taskQueue: string;
}

const PREFIX = 'baton-guards/';

/** The Task Queue of a project's breakers and pools. Every worker of the project whose agents have any polls it. */
export const guardsQueue = (project: string): string => PREFIX + project;

/** The workers of a project share a breaker or pool, unless the agent or the pool names a Task Queue: then all workers of that queue do. */
export const guardAddress = (project: string, named?: string): GuardAddress =>
  named === undefined ? { scope: project, taskQueue: guardsQueue(project) } : { scope: named, taskQueue: named };

/** The address of a Workflow that runs on this Task Queue. */
export const guardAddressOn = (taskQueue: string): GuardAddress => ({
  scope: taskQueue.startsWith(PREFIX) ? taskQueue.slice(PREFIX.length) : taskQueue,
  taskQueue,
});
