// How many workers poll a Task Queue.
import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { isAlive } from '../system/process-identity.js';
import { grpcCodeOf, GrpcStatus } from './grpc.js';

/** temporal.api.enums.v1.TaskQueueType */
const TASK_QUEUE_TYPE = { workflow: 1, activity: 2 } as const;

type PollerType = keyof typeof TASK_QUEUE_TYPE;

/** The identity of one worker, assumed if the server cannot list pollers. */
const UNKNOWN = 'unknown';

/** A poll lasts a minute and is recorded when it begins; the server keeps a poller for five minutes. */
const POLLS_WITHIN_MS = 70_000;

/** The identities of workers inside `baton run` begin with this: such a worker ends when its run does. */
export const RUN_WORKER_PREFIX = 'baton-run:';

/** The workers that poll the queue for Workflow Tasks. A worker of this machine whose process has ended does not count. */
export async function countPollers(client: Client, taskQueue: string): Promise<number> {
  return (await listIdentities(client, taskQueue, 'workflow')).length;
}

/** The workers that poll the queue for activities, such as calls of agents. */
export async function countActivityPollers(client: Client, taskQueue: string): Promise<number> {
  return (await listIdentities(client, taskQueue, 'activity')).length;
}

/** As `countPollers`, without the workers inside `baton run`. */
export async function countLastingPollers(client: Client, taskQueue: string): Promise<number> {
  return (await listIdentities(client, taskQueue, 'workflow')).filter(
    (identity) => !identity.startsWith(RUN_WORKER_PREFIX),
  ).length;
}

async function listIdentities(client: Client, taskQueue: string, type: PollerType): Promise<string[]> {
  const pollers = await describePollers(client, taskQueue, type);
  if (pollers === undefined) return [UNKNOWN];
  return pollers.flatMap(({ identity, lastAccessTime }) => {
    const polledAt = Number(lastAccessTime?.seconds ?? 0) * 1000;
    const name = identity ?? '';
    return Date.now() - polledAt < POLLS_WITHIN_MS && !isOfEndedProcess(name) ? [name] : [];
  });
}

/** `undefined` if the server cannot list pollers, as Temporal's time-skipping test server. */
async function describePollers(client: Client, taskQueue: string, type: PollerType) {
  try {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: TASK_QUEUE_TYPE[type],
    });
    return pollers ?? [];
  } catch (error) {
    if (grpcCodeOf(error) === GrpcStatus.UNIMPLEMENTED) return undefined;
    throw error;
  }
}

/** The SDK names a worker by process and host: `1234@box`. */
function isOfEndedProcess(identity: string): boolean {
  const [, pid, host] = /(?:^|:)(\d+)@(.+)$/.exec(identity) ?? [];
  return pid !== undefined && host === hostname() && !isAlive(Number(pid));
}
