// Checks expressions that see only `$input`: those in prompts, and in the key of a sticky pool.
import { ExpressionError } from './expression.js';
import { namesIn } from './names.js';

/** What is wrong with the expression; `undefined` if it is valid. */
export function inputExpressionProblem(source: string): string | undefined {
  try {
    const { variables, refused, tasks, dynamicTasks, bareRoot } = namesIn(source);
    const ofPlans = tasks.length > 0 || dynamicTasks ? 'tasks' : undefined;
    const unseen = ofPlans ?? variables.find((name) => name !== 'input') ?? refused[0];
    const found = unseen === undefined ? bareRoot : `$${unseen}`;
    return found === undefined ? undefined : `expected expressions over $input, got ${JSON.stringify(found)}`;
  } catch (error) {
    if (error instanceof ExpressionError) return `expected a JSONata expression, got an error: ${error.message}`;
    throw error;
  }
}
