// The Task Queues of agents with a rate limit: a worker polls them with the limit as an option.
import { AgentDefinitionError } from '../activities/agents/definition.js';
import type { Agent } from '../domain/agent/agent.js';
import { shown } from '../domain/problem.js';
import { limitedQueue, perSecond } from '../domain/agent/rate-limit.js';

interface LimitedQueue {
  readonly taskQueue: string;
  readonly maxTaskQueueActivitiesPerSecond: number;
}

/** Throws an AgentDefinitionError if a limit would apply to other calls, too: it applies to a whole Task Queue. */
export function limitedQueues(agents: readonly Agent[], homes: readonly string[]): LimitedQueue[] {
  const problems: string[] = [];
  const queues = agents.flatMap(({ type, rateLimit, taskQueue }) => {
    if (rateLimit === undefined) return [];
    const other = agents.find((agent) => agent.type !== type && agent.taskQueue === taskQueue)?.type;
    const isHome = taskQueue !== undefined && homes.includes(taskQueue);
    if (isHome || (taskQueue !== undefined && other !== undefined)) {
      const user = isHome ? 'the runs use, too' : `agent ${shown(other)} has, too`;
      const message = `expected a Task Queue that only an agent with a rateLimit has, got ${shown(taskQueue)}, which ${user}`;
      problems.push(`agent ${shown(type)}: taskQueue: ${message}`);
    }
    const names = taskQueue === undefined ? homes.map((home) => limitedQueue(home, type)) : [taskQueue];
    const maxTaskQueueActivitiesPerSecond = perSecond(rateLimit);
    return names.map((name) => ({ taskQueue: name, maxTaskQueueActivitiesPerSecond }));
  });
  if (problems.length > 0) throw new AgentDefinitionError(problems);
  return queues;
}
