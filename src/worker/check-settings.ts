// Refuses settings of a worker that cannot be used, before a server is searched.
import { AgentDefinitionError } from '../activities/agents/definition.js';
import { createRegistry } from '../activities/agents/registry.js';
import type { Agent } from '../domain/agent/agent.js';
import { remoteQueueProblems } from '../domain/agent/remote-queues.js';
import type { BrokerSettings } from '../domain/event/broker-settings.js';
import { refusedRequests } from '../domain/event/check-requests.js';
import { parsePools } from '../domain/pool/definition.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { DEFAULT_TASK_QUEUE } from '../domain/task-queue.js';
import { limitedQueues } from './rate-limited-queues.js';

interface CheckedSettings {
  readonly agents: readonly Agent[];
  readonly brokers?: readonly BrokerSettings[];
  readonly pools?: readonly PoolSettings[];
  readonly taskQueues?: readonly string[];
}

/** Returns the pools, those of agents with a capacity included. Throws AgentDefinitionError, PoolDefinitionError. */
export function checkSettings({
  agents,
  brokers = [],
  pools = [],
  taskQueues = [DEFAULT_TASK_QUEUE],
}: CheckedSettings): PoolSettings[] {
  createRegistry(agents);
  const refused = [...refusedRequests(agents, brokers), ...remoteQueueProblems(agents, taskQueues)];
  if (refused.length > 0) throw new AgentDefinitionError(refused);
  limitedQueues(agents, taskQueues);
  return parsePools(pools, agents);
}
