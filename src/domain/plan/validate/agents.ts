// Checks that every agent that a plan names is registered.
import { expressionSource } from '../../expression/expression.js';
import type { Replan } from '../plan.js';
import { shown, type Path } from '../../problem.js';
import { agentsIn, plannersIn, type NamedAgent } from '../task-agents.js';
import type { Context } from './context.js';
import type { ReadTask } from './read-leniently.js';

export function checkAgents({ path, task }: ReadTask, context: Context): void {
  checkAll(agentsIn(task), path, context);
}

export const checkPlanner = (replan: Pick<Replan, 'planner' | 'agents'>, path: Path, context: Context): void =>
  checkAll(plannersIn(replan, path), [], context);

function checkAll(named: readonly NamedAgent[], path: Path, context: Context): void {
  for (const { agent, place } of named) checkAgent(agent, [...path, ...place], context);
}

function checkAgent(type: string, path: Path, context: Context): void {
  if (expressionSource(type) !== undefined) {
    const message = `expected the type of an agent, got the expression ${shown(type)}`;
    context.report('plan.expression-scope', path, message, 'the agent of a task is fixed when the plan is written');
  } else if (context.agents !== undefined && !context.agents.has(type)) {
    const hint = context.suggest(type, context.agents) ?? (context.agents.size === 0 ? 'there are none' : undefined);
    context.report(
      'plan.unknown-agent',
      path,
      `expected the type of an agent that is registered, got ${shown(type)}`,
      hint,
    );
  }
}
