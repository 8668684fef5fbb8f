// What a plan says about its remote agents without effect: their calls pass no worker that has a cache.
import type { Agent } from '../domain/agent/agent.js';
import type { Plan } from '../domain/plan/plan.js';
import { agentsIn } from '../domain/plan/task-agents.js';
import { formatPath, shown, type Path } from '../domain/problem.js';

/** One line for each, for the plan and the plans within it. */
export function remoteWarnings(plan: Plan, agents: readonly Agent[], path: Path = []): string[] {
  const remote = new Set(agents.filter(({ isRemote }) => isRemote === true).map(({ type }) => type));
  if (remote.size === 0) return [];
  return Object.entries(plan.tasks).flatMap(([id, task]) => {
    const at = [...path, 'tasks', id];
    const within = typeof task.plan === 'object' ? remoteWarnings(task.plan, agents, [...at, 'plan']) : [];
    const called = agentsIn(task).find(({ agent, use }) => use === 'call' && remote.has(agent));
    if (task.cache === undefined || called === undefined) return within;
    const place = formatPath([...at, 'cache']);
    return [`${place}: has no effect on ${shown(called.agent)}, which is a remote agent`, ...within];
  });
}
