// The Task Queues of remote agents belong to the workers that serve them: another worker that polls one would take their calls.
import { shown } from '../problem.js';
import type { Agent } from './agent.js';

type Placed = Pick<Agent, 'type' | 'taskQueue' | 'isRemote'>;

/** One line for each remote agent whose queue other workers poll, too. `homes`: the queues of the runs. */
export function remoteQueueProblems(agents: readonly Placed[], homes: readonly string[]): string[] {
  const remote = agents.filter(({ isRemote }) => isRemote === true);
  return remote.flatMap(({ type, taskQueue }) => {
    const other = agents.find((agent) => agent.isRemote !== true && agent.taskQueue === taskQueue);
    const isHome = taskQueue !== undefined && homes.includes(taskQueue);
    if (!isHome && other === undefined) return [];
    const user = isHome ? 'runs use, too' : `agent ${shown(other?.type)} has, too, and that one is not remote`;
    return [
      `agent ${shown(type)}: taskQueue: expected a Task Queue that only remote agents have, got ${shown(taskQueue)}, which ${user}`,
    ];
  });
}
