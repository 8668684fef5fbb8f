// Finds the Workflows of circuit breakers and pools, and sends them requests.
import {
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import { guardAddressOn, type GuardAddress } from '../domain/guard-address.js';
import { askWorker } from '../temporal/ask-worker.js';
import { RefusedError } from './errors.js';

/** Circuit breakers, or pools. */
export interface GuardKind {
  readonly workflowType: string;
  /** For messages: `a circuit breaker`. */
  readonly noun: string;
  idOf(this: void, scope: string, name: string): string;
}

export interface GuardQuery {
  readonly name: string;
  /** The address that it has in the caller's project. */
  readonly place: GuardAddress;
  /** True if the caller knows only the name: the one running guard of that name on the server is meant then, whatever its project. */
  readonly isAnywhere: boolean;
}

export interface LocatedGuard {
  readonly place: GuardAddress;
  readonly workflowId: string;
  readonly isRunning: boolean;
}

export async function locateGuard(
  client: Client,
  kind: GuardKind,
  { name, place, isAnywhere }: GuardQuery,
): Promise<LocatedGuard> {
  const workflowId = kind.idOf(place.scope, name);
  const taskQueue = await runningOn(client, workflowId);
  // Workers of earlier releases started it on another Task Queue.
  if (taskQueue !== undefined) return { place: { ...place, taskQueue }, workflowId, isRunning: true };
  const others = isAnywhere ? (await listRunningGuards(client, kind)).filter((one) => one.name === name) : [];
  const [other] = others;
  if (other === undefined || others.length > 1) return { place, workflowId, isRunning: false };
  return { place: other.place, workflowId: kind.idOf(other.place.scope, name), isRunning: true };
}

/** The running guards of this kind on the server, in all projects. */
export async function listRunningGuards(
  client: Client,
  { workflowType, idOf }: GuardKind,
): Promise<{ name: string; place: GuardAddress }[]> {
  const found = [];
  const query = `WorkflowType = '${workflowType}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, taskQueue } of client.workflow.list({ query })) {
    const place = guardAddressOn(taskQueue);
    const prefix = idOf(place.scope, '');
    if (workflowId.startsWith(prefix)) found.push({ name: workflowId.slice(prefix.length), place });
  }
  return found;
}

/** Sends a query or an update. Throws RefusedError, NoWorkerError, WorkerBusyError. */
export async function askGuard<T>(
  client: Client,
  { noun }: GuardKind,
  { place, workflowId }: LocatedGuard,
  request: () => Promise<T>,
): Promise<T> {
  try {
    return await askWorker(client, place.taskQueue, request);
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw new RefusedError(error.cause?.message ?? error.message);
    if (error instanceof QueryNotRegisteredError) throw new RefusedError(`${workflowId} is not ${noun} of Baton`);
    throw error;
  }
}

/** The Task Queue of a Workflow; `undefined` if it is not running. */
async function runningOn(client: Client, workflowId: string): Promise<string | undefined> {
  try {
    const { status, taskQueue } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' ? taskQueue : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
