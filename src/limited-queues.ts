// The Task Queues of agents that have a rate limit, as a worker polls them.
import { AgentDefinitionError } from './activities/agents/definition.js';
import type { Agent } from './domain/agent.js';
import { got } from './domain/problem.js';
import { limitedQueue, perSecond } from './domain/rate-limit.js';

interface LimitedQueue {
  readonly taskQueue: string;
  readonly maxTaskQueueActivitiesPerSecond: number;
}

/** Throws an AgentDefinitionError where a limit would hold for others, too: it is that of a whole queue. */
export function limitedQueues(agents: readonly Agent[], homes: readonly string[]): LimitedQueue[] {
  const problems: string[] = [];
  const queues = agents.flatMap(({ type, rateLimit, taskQueue }) => {
    if (rateLimit === undefined) return [];
    const other = agents.find((agent) => agent.type !== type && agent.taskQueue === taskQueue)?.type;
    const isHome = taskQueue !== undefined && homes.includes(taskQueue);
    if (isHome || (taskQueue !== undefined && other !== undefined)) {
      const whose = isHome ? 'that of the runs' : `that of agent ${got(other)}, too`;
      const message = `expected a Task Queue that only an agent with a rateLimit has, got ${got(taskQueue)}, which is ${whose}`;
      problems.push(`agent ${got(type)}: taskQueue: ${message}`);
    }
    const names = taskQueue === undefined ? homes.map((home) => limitedQueue(home, type)) : [taskQueue];
    const maxTaskQueueActivitiesPerSecond = perSecond(rateLimit);
    return names.map((name) => ({ taskQueue: name, maxTaskQueueActivitiesPerSecond }));
  });
  if (problems.length > 0) throw new AgentDefinitionError(problems);
  return queues;
}
