// Whether anybody works on a Task Queue.
import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { isAlive } from '../server/process-identity.js';

/** temporal.api.enums.v1.TaskQueueType */
const TASK_QUEUE_TYPE_WORKFLOW = 1;

const GRPC_UNIMPLEMENTED = 12;

/** Somebody may well poll where nobody can tell. */
const UNKNOWN = 'unknown';

/** A poll lasts a minute, and is noted when it begins; the server forgets a poller only after five. */
const POLLS_WITHIN_MS = 70_000;

/** A worker that goes away with the run that it was started for, by what its identity begins with. */
export const PASSING = 'baton-run:';

/** Workers that poll the queue for Workflow Tasks. Those of this machine whose process has ended do not count. */
export async function pollersOf(client: Client, taskQueue: string): Promise<number> {
  return (await identitiesOf(client, taskQueue)).length;
}

/** As `pollersOf`, without the workers inside `baton run`. */
export async function lastingPollersOf(client: Client, taskQueue: string): Promise<number> {
  return (await identitiesOf(client, taskQueue)).filter((identity) => !identity.startsWith(PASSING)).length;
}

async function identitiesOf(client: Client, taskQueue: string): Promise<string[]> {
  const pollers = await pollersKnownTo(client, taskQueue);
  if (pollers === undefined) return [UNKNOWN];
  return pollers.flatMap(({ identity, lastAccessTime }) => {
    const polledAt = Number(lastAccessTime?.seconds ?? 0) * 1000;
    const name = identity ?? '';
    return Date.now() - polledAt < POLLS_WITHIN_MS && !isDead(name) ? [name] : [];
  });
}

/** `undefined` where the server cannot tell, as Temporal's time-skipping test server. */
async function pollersKnownTo(client: Client, taskQueue: string) {
  try {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
    });
    return pollers ?? [];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === GRPC_UNIMPLEMENTED) return undefined;
    throw error;
  }
}

/** The SDK names a worker by process and host: `1234@box`. */
function isDead(identity: string): boolean {
  const [, pid, host] = /(?:^|:)(\d+)@(.+)$/.exec(identity) ?? [];
  return pid !== undefined && host === hostname() && !isAlive(Number(pid));
}
