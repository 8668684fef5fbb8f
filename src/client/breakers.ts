// Finds circuit breakers by the names of their agents, and lists them.
import { ServiceError, type Client } from '@temporalio/client';
import type { Agent } from '../domain/agent/agent.js';
import { guardAddress, guardAddressOn, type GuardAddress } from '../domain/guard-address.js';
import { didYouMean } from '../domain/problem.js';
import { DEFAULT_TASK_QUEUE } from '../domain/task-queue.js';
import { BREAKERS, BreakerHandle, type BreakerStatus } from './breaker.js';
import { isUnansweredError } from './errors.js';
import { listRunningGuards } from './guard-workflow.js';

/** The agents and the project of the client. */
interface BreakerContext {
  readonly agents?: readonly Agent[];
  readonly project: string;
}

interface BreakerName {
  readonly agent: string;
  readonly project?: string | undefined;
  /** The Task Queue of its Workflow, or the project that is named after one. */
  readonly taskQueue?: string | undefined;
}

/** A breaker whose status cannot be read has the reason in `problem`. */
export type ListedBreaker =
  | BreakerStatus
  | { readonly agent: string; readonly project: string; readonly taskQueue: string; readonly problem: string };

export function breakerOf(
  client: Client,
  context: BreakerContext,
  { agent: type, ...where }: BreakerName,
): BreakerHandle {
  const { agents = [] } = context;
  const agent = agents.find((one) => one.type === type);
  const types = agents.map((one) => one.type);
  const hint = agent === undefined ? didYouMean(type, types) : undefined;
  const named = namedAddress(where);
  const place = named ?? guardAddress(context.project, agent?.taskQueue);
  return new BreakerHandle(client, type, {
    place,
    isAnywhere: agent === undefined && named === undefined,
    agent,
    hint,
  });
}

/** `undefined` if the caller names none. The default Task Queue names none: every project may use it. */
export function namedAddress({ project, taskQueue }: Omit<BreakerName, 'agent'>): GuardAddress | undefined {
  if (project !== undefined) return guardAddress(project);
  return taskQueue === undefined || taskQueue === DEFAULT_TASK_QUEUE ? undefined : guardAddressOn(taskQueue);
}

/** The running breakers on the server, and the breakers of the configured agents. */
export async function listBreakers(client: Client, context: BreakerContext): Promise<ListedBreaker[]> {
  const running = (await listRunningGuards(client, BREAKERS)).map(({ name, place }) =>
    breakerOf(client, context, { agent: name, taskQueue: place.taskQueue }),
  );
  const configured = (context.agents ?? []).flatMap(({ type, breaker }) =>
    breaker === undefined ? [] : [breakerOf(client, context, { agent: type })],
  );
  const isRunning = (one: BreakerHandle) =>
    running.some(({ agent, project }) => agent === one.agent && project === one.project);
  return await Promise.all([...running, ...configured.filter((one) => !isRunning(one))].map(statusOrProblem));
}

async function statusOrProblem(breaker: BreakerHandle): Promise<ListedBreaker> {
  try {
    return await breaker.status();
  } catch (error) {
    if (!(isUnansweredError(error) || error instanceof ServiceError)) throw error;
    const { agent, project, taskQueue } = breaker;
    return { agent, project, taskQueue, problem: error.message };
  }
}
