// What is wrong with an expression of a subscription: it sees the event, and nothing of a run.
import { ExpressionError, expressionSource } from '../expression/expression.js';
import { namesIn, type Names } from '../expression/names.js';
import { didYouMean, withHint } from '../problem.js';

/** The only variable. */
const EVENT = 'event';

/** `undefined` for text that is not an expression, and for an expression that can be evaluated. */
export function expressionFault(text: string): string | undefined {
  const source = expressionSource(text);
  if (source === undefined) return hasPartial(text) ? PARTIAL : undefined;
  try {
    return nameFault(namesIn(source));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return `expected a JSONata expression, got an error: ${error.message}`;
  }
}

const PARTIAL =
  "expected a string that is one whole expression, got an expression within other text; write all of it as one expression, such as {% 'order-' & $event.id %}";

/** Text with an expression of the event somewhere in it was meant to be evaluated. */
const hasPartial = (text: string): boolean => {
  const start = text.indexOf('{%');
  const end = text.indexOf('%}', start);
  return start >= 0 && end >= 0 && text.slice(start, end).includes(`$${EVENT}`);
};

function nameFault({ variables, refused, bareRoot, tasks, dynamicTasks }: Names): string | undefined {
  const unknown = tasks.length > 0 || dynamicTasks ? 'tasks' : variables.find((name) => name !== EVENT);
  if (unknown !== undefined)
    return withHint(
      `expected the variable $event, got $${unknown}`,
      didYouMean(unknown, [EVENT])?.replace('"event"', '$event'),
    );
  if (refused[0] !== undefined)
    return `expected an expression whose result depends on the event alone, got $${refused[0]}`;
  if (bareRoot === undefined) return undefined;
  const path = bareRoot.startsWith('$') ? '$event' : `$event.${bareRoot}`;
  return `expected a variable, got ${bareRoot}; did you mean ${path}?`;
}
