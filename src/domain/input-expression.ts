// Expressions that see nothing but `$input`: in prompts, and in the key of a sticky pool.
import { ExpressionError } from './expression.js';
import { namesIn } from './expression-names.js';

/** `undefined`: nothing. */
export function whatIsWrong(source: string): string | undefined {
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
