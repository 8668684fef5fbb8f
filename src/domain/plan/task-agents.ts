// The agents that a plan names, with the place and the use of each. All code that needs the agents of a task or a plan uses this file,
// so each key that names an agent is listed once. A test walks the schema of the plan to check that no key is missing.
import { fallbacksOf } from '../call/options.js';
import { fallbackPath } from './needs.js';
import type { Decompose, Plan, Replan, Task } from './plan.js';
import type { Path } from '../problem.js';
import type { Rules } from '../rules.js';

/** `plan`: the agent is a planner. `aggregate`: it makes the output of a decomposition. `allow`: a generated plan may call it. */
export type AgentUse = 'call' | 'undo' | 'plan' | 'aggregate' | 'allow';

export interface NamedAgent {
  readonly agent: string;
  readonly place: Path;
  readonly use: AgentUse;
}

type Calls = Pick<Task, 'agent' | 'race' | 'vote' | 'fallback' | 'compensate' | 'decompose'>;

/** All agents that a task names, except those of its sub-plan. */
export function agentsIn(task: Calls): NamedAgent[] {
  const { agent, race = [], vote, compensate, decompose } = task;
  const calls: { agent: string; place: Path }[] = [
    ...(agent === undefined ? [] : [{ agent, place: ['agent'] }]),
    ...race.map((type, i) => ({ agent: type, place: ['race', i] })),
    ...(vote?.agents ?? []).map((type, i) => ({ agent: type, place: ['vote', 'agents', i] })),
    ...fallbacksOf(task).map((fallback, i) => ({
      agent: fallback.agent,
      place: [...fallbackPath(task, i), 'agent'],
    })),
  ];
  return [
    ...calls.map((call) => ({ ...call, use: 'call' as const })),
    ...(compensate === undefined
      ? []
      : [{ agent: compensate.agent, place: ['compensate', 'agent'], use: 'undo' as const }]),
    ...(decompose === undefined ? [] : plannersIn(decompose, ['decompose'])),
  ];
}

/** The agents that are called when the task is done or undone. Under rules 1 a decomposition has none. */
export const agentsCalledBy = (task: Calls, rules?: Rules): NamedAgent[] =>
  agentsIn(task).filter(({ use }) => use !== 'allow' && (rules !== 1 || use === 'call' || use === 'undo'));

/** The agents that a decomposition or a re-planning names. */
export function plannersIn(
  { planner, agents = [], aggregate }: Pick<Replan, 'planner' | 'agents'> & Pick<Decompose, 'aggregate'>,
  path: Path,
): NamedAgent[] {
  return [
    { agent: planner, place: [...path, 'planner'], use: 'plan' },
    ...agents.map((agent, i) => ({ agent, place: [...path, 'agents', i], use: 'allow' as const })),
    ...(typeof aggregate === 'object'
      ? [{ agent: aggregate.agent, place: [...path, 'aggregate', 'agent'], use: 'aggregate' as const }]
      : []),
  ];
}

/** All agents that a plan names, including those of its sub-plans. Sub-plans that are named are read from `plans`. */
export function agentsOfPlan(
  { tasks, replan }: Pick<Plan, 'tasks' | 'replan'>,
  plans: Readonly<Record<string, unknown>> = {},
  path: Path = [],
): NamedAgent[] {
  const ofTasks = Object.entries(tasks).flatMap(([id, task]) => {
    const at = [...path, 'tasks', id];
    const own = agentsIn(task).map((named) => ({ ...named, place: [...at, ...named.place] }));
    const { plan } = task;
    if (typeof plan === 'object') return [...own, ...agentsOfPlan(plan, plans, [...at, 'plan'])];
    if (plan === undefined || !Object.hasOwn(plans, plan)) return own;
    // A valid plan does not contain itself. For a plan that is not validated yet, each named plan is read once.
    const { [plan]: named, ...others } = plans;
    return [...own, ...agentsOfPlan(named as Plan, others, [...at, 'plan'])];
  });
  return [...(replan === undefined ? [] : plannersIn(replan, [...path, 'replan'])), ...ofTasks];
}

/** The agents of a task, for people: `scanner`, `fast | careful`, `2 of a, b, c`; `undefined` if it calls none. */
export function agentText({ agent, race, vote }: Pick<Task, 'agent' | 'race' | 'vote'>): string | undefined {
  if (vote !== undefined) return `${vote.quorum} of ${vote.agents.join(', ')}`;
  return race === undefined ? agent : race.join(' | ');
}

/** The agent's type, the title of an approval, the name of an event, … */
export function labelOf(task: Task): string {
  const { plan, decompose, approve, wait, event, publish } = task;
  const agents = agentText(task);
  if (agents !== undefined) return agents;
  if (plan !== undefined) return typeof plan === 'string' ? plan : plan.name;
  if (decompose !== undefined) return decompose.goal;
  if (approve !== undefined) return approve.title;
  if (event !== undefined) return typeof event === 'string' ? event : event.name;
  if (publish !== undefined) return `${publish.broker} ${publish.to}`;
  if (wait === undefined) return '';
  return typeof wait === 'string' ? wait : 'for' in wait ? wait.for : wait.until;
}

type SeveralCalls = Pick<Task, 'race' | 'vote' | 'hedge' | 'fallback'>;

/** True if a task may make several calls for one answer: its attempts are those of all of them. */
export const hasSeveralCalls = (task: SeveralCalls): boolean =>
  task.race !== undefined || task.vote !== undefined || task.hedge !== undefined || fallbacksOf(task).length > 0;

/** `attempt 2` of one call; `3 calls` if the task may make several for one answer. */
export const attemptsText = (
  attempts: number,
  { hasSeveralCalls: isSeveral = false }: { hasSeveralCalls?: boolean } = {},
): string => (isSeveral ? `${attempts} calls` : `attempt ${attempts}`);
