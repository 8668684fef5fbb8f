// Which agents a task may call.
import { fallbacksOf } from './call-forms.js';
import { fallbackPath } from './needs.js';
import type { Task } from './plan.js';
import type { Path } from './problem.js';

type Calls = Pick<Task, 'agent' | 'race' | 'vote' | 'fallback' | 'compensate'>;

/** All of them but those of a decomposition, and where each stands. */
export function agentsIn(task: Calls): { readonly agent: string; readonly place: Path }[] {
  const { agent, race = [], vote, compensate } = task;
  return [
    ...(agent === undefined ? [] : [{ agent, place: ['agent'] }]),
    ...race.map((rival, i) => ({ agent: rival, place: ['race', i] })),
    ...(vote?.agents ?? []).map((rival, i) => ({ agent: rival, place: ['vote', 'agents', i] })),
    ...fallbacksOf(task).map((fallback, i) => ({
      agent: fallback.agent,
      place: [...fallbackPath(task, i), 'agent'],
    })),
    ...(compensate === undefined ? [] : [{ agent: compensate.agent, place: ['compensate', 'agent'] }]),
  ];
}

/** Who does the task, for people: `scanner`, `fast | careful`, `2 of a, b, c`; nothing where it calls nobody. */
export function agentText({ agent, race, vote }: Pick<Task, 'agent' | 'race' | 'vote'>): string | undefined {
  if (vote !== undefined) return `${vote.quorum} of ${vote.agents.join(', ')}`;
  return race === undefined ? agent : race.join(' | ');
}
