// The key by which a sticky pool tells calls apart, from the input of each.
import { AgentError } from '../../activities/agent-error.js';
import type { GuardedCall } from '../../activities/guarded-call.js';
import { ExpressionError } from '../../domain/expression.js';
import { got } from '../../domain/problem.js';
import { compileTemplate, type Template } from '../../domain/template.js';

/** Compiles each expression once. */
export function createKeys(): (call: GuardedCall, expression: string) => Promise<string> {
  const templates = new Map<string, Template>();
  return async ({ agent, input }, expression) => {
    let template = templates.get(expression);
    if (template === undefined) templates.set(expression, (template = compileTemplate(expression)));
    const what = `agent ${JSON.stringify(agent.type)}: the key of its pool`;
    try {
      const soon = template({ input });
      const value = soon instanceof Promise ? await soon : soon.value;
      if (typeof value === 'string' || typeof value === 'number') return String(value);
      throw new AgentError(`${what}: expected text or a number, got ${got(value)}`, { type: 'ExpressionFailed' });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new AgentError(`${what}: ${error.message}`, { type: 'ExpressionFailed' });
    }
  };
}
