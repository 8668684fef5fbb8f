// Every agent that a plan calls must be there.
import { expressionSource } from '../expression.js';
import type { Replan } from '../plan.js';
import { got, type Path } from '../problem.js';
import { agentsIn } from '../task-agents.js';
import type { Context } from './context.js';
import type { ReadTask } from './read.js';

export function checkAgents({ path, task }: ReadTask, context: Context): void {
  for (const { agent, place } of agentsIn(task)) checkAgent(agent, [...path, ...place], context);
  const { decompose } = task;
  if (decompose === undefined) return;
  const within = [...path, 'decompose'];
  checkPlanner(decompose, within, context);
  if (typeof decompose.aggregate !== 'object') return;
  checkAgent(decompose.aggregate.agent, [...within, 'aggregate', 'agent'], context);
}

export function checkPlanner(
  { planner, agents }: Pick<Replan, 'planner' | 'agents'>,
  path: Path,
  context: Context,
): void {
  checkAgent(planner, [...path, 'planner'], context);
  agents?.forEach((type, i) => checkAgent(type, [...path, 'agents', i], context));
}

function checkAgent(type: string, path: Path, context: Context): void {
  if (expressionSource(type) !== undefined) {
    const message = `expected the type of an agent, got the expression ${got(type)}`;
    context.report('plan.expression-scope', path, message, 'which agent does a task is fixed in the plan');
  } else if (context.agents !== undefined && !context.agents.has(type)) {
    const hint = context.suggest(type, context.agents) ?? (context.agents.size === 0 ? 'there are none' : undefined);
    context.report(
      'plan.unknown-agent',
      path,
      `expected the type of an agent that is registered, got ${got(type)}`,
      hint,
    );
  }
}
