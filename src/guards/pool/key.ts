// The key of a call for a sticky pool, from an expression over the input of the call.
import { setImmediate } from 'node:timers/promises';
import { AgentError } from '../../activities/errors/agent-error.js';
import type { GuardedCall } from '../../activities/call-agent/guarded-call.js';
import { ExpressionError } from '../../domain/expression/expression.js';
import { shown } from '../../domain/problem.js';
import { compileTemplate, type Template } from '../../domain/expression/template.js';

/** Compiles each expression once. */
export function createPoolKeys(): (call: GuardedCall, expression: string) => Promise<string> {
  const templates = new Map<string, Template>();
  return async ({ agent, input }, expression) => {
    let template = templates.get(expression);
    if (template === undefined) templates.set(expression, (template = compileTemplate(expression)));
    const where = `agent ${JSON.stringify(agent.type)}: pool.key`;
    try {
      // An expression blocks the thread for up to a second, so other work that is due runs first.
      await setImmediate();
      const value = template({ input });
      if (typeof value === 'string' || typeof value === 'number') return String(value);
      throw new AgentError(`${where}: expected text or a number, got ${shown(value)}`, { type: 'ExpressionFailed' });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new AgentError(`${where}: ${error.message}`, { type: 'ExpressionFailed' });
    }
  };
}
