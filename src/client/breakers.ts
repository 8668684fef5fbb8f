// Circuit breakers by the names of their agents, as a client that knows agents finds them.
import { ServiceError, type Client } from '@temporalio/client';
import type { Agent } from '../domain/agent.js';
import { breakerId, CIRCUIT_BREAKER } from '../domain/breaker/messages.js';
import { didYouMean } from '../domain/problem.js';
import { limitedQueue } from '../domain/rate-limit.js';
import { DEFAULT_TASK_QUEUE } from '../domain/run-input.js';
import { BreakerHandle, type BreakerLook } from './breaker.js';
import { NoWorker } from './errors.js';

/** What the client knows. */
interface Known {
  readonly agents?: readonly Agent[];
  readonly taskQueue?: string;
}

interface BreakerName {
  readonly agent: string;
  /** Where calls of the agent go; by what is known of it, if absent. */
  readonly taskQueue?: string;
}

/** One that nobody can answer for says why. */
export type ListedBreaker = BreakerLook | (Required<BreakerName> & { readonly problem: string });

export function breakerOf(client: Client, known: Known, { agent: type, taskQueue }: BreakerName): BreakerHandle {
  const { agents = [] } = known;
  const agent = agents.find((one) => one.type === type);
  const types = agents.map((one) => one.type);
  const hint = agent === undefined ? didYouMean(type, types) : undefined;
  return new BreakerHandle(client, type, { taskQueue: taskQueue ?? queueOf(agent, known), agent, hint });
}

/** Those that are at work, and those of the agents that are known. */
export async function allBreakers(client: Client, known: Known): Promise<ListedBreaker[]> {
  const atWork = await listBreakers(client);
  const atRest = (known.agents ?? []).filter(
    ({ type, breaker }) => breaker !== undefined && atWork.every(({ agent }) => agent !== type),
  );
  const names = [...atWork, ...atRest.map(({ type }) => ({ agent: type }))];
  return await Promise.all(names.map((name) => lookOrWhyNot(breakerOf(client, known, name))));
}

function queueOf(agent: Agent | undefined, { taskQueue: home = DEFAULT_TASK_QUEUE }: Known): string {
  if (agent?.taskQueue !== undefined) return agent.taskQueue;
  return agent?.rateLimit === undefined ? home : limitedQueue(home, agent.type);
}

async function lookOrWhyNot(breaker: BreakerHandle): Promise<ListedBreaker> {
  try {
    return await breaker.state();
  } catch (error) {
    if (!(error instanceof NoWorker || error instanceof ServiceError)) throw error;
    return { agent: breaker.agent, taskQueue: breaker.taskQueue, problem: error.message };
  }
}

async function listBreakers(client: Client): Promise<Required<BreakerName>[]> {
  const found = [];
  const query = `WorkflowType = '${CIRCUIT_BREAKER}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, taskQueue } of client.workflow.list({ query })) {
    found.push({ agent: workflowId.slice(breakerId(taskQueue, '').length), taskQueue });
  }
  return found;
}
