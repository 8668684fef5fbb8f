// Evaluates what a person is asked: the title and the description of an approval.
import { defined } from '../../domain/json/defined.js';
import { ExpressionError } from '../../domain/expression/expression.js';
import { MAX_DESCRIPTION, MAX_TITLE, type Question } from '../../domain/question.js';
import { stateOf } from '../../domain/progress/progress.js';
import { truncateEnd } from '../../domain/text/truncate.js';
import { render, report, type Run } from '../run.js';
import type { Work } from './work.js';

/** Records the question in progress. Throws an ExpressionError. For runs of rules 3 or later: it awaits. */
export async function askQuestion(
  run: Run,
  { task: { id }, scope }: Work,
  { title, description }: Question,
): Promise<void> {
  if (stateOf(run.progress, id).question !== undefined) return;
  const texts = {
    title: textOf(await render(run, title, scope), MAX_TITLE),
    description: textOf(await render(run, description, scope), MAX_DESCRIPTION),
  };
  if (title !== undefined && texts.title === undefined) {
    throw new ExpressionError(`approve.title: ${title}: expected text, got nothing`);
  }
  report(run, { type: 'asked', task: id, question: defined(texts) });
}

/** The value as text: what is not text as its JSON. */
function textOf(value: unknown, length: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  return truncateEnd(typeof value === 'string' ? value : JSON.stringify(value), length);
}
