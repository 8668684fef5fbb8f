// Agents may throw anything: errors with megabytes of message, with causes that form a cycle, and values that are not errors.
// What is thrown is cut here to a size that the history can hold.
import { z } from 'zod';
import { formatPath, shown } from '../../domain/problem.js';
import { truncateEnd } from '../../domain/text/truncate.js';

/** Characters of a message or a stack that are kept in the history: a screen or two. */
const MAX_TEXT = 5000;

/** How many causes of causes are kept. */
const MAX_CAUSES = 5;

/** The beginning of a long text, with the number of its characters. */
export const truncateText = (text: string): string =>
  text.length <= MAX_TEXT ? text : `${truncateEnd(text, MAX_TEXT)} (${text.length} characters)`;

/** The message of what was thrown, even if that is not an error. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof z.ZodError) {
    // Zod's own message is a page of JSON.
    const issues: readonly z.core.$ZodIssue[] = thrown.issues;
    return issues.map((issue) => `${formatPath(['value', ...issue.path])}: ${issue.message}`).join('; ');
  }
  if (thrown instanceof Error) return thrown.message === '' ? thrown.name : thrown.message;
  if (typeof thrown === 'string') return thrown;
  return `expected an error to be thrown, got ${shown(thrown)}`;
}

/** The error itself if it is small enough; otherwise a copy with shortened texts and fewer causes. */
export function truncateError(error: Error): Error {
  return fits(error, MAX_CAUSES) ? error : copy(error, MAX_CAUSES);
}

function fits(error: Error, depth: number): boolean {
  if (depth === 0 || error.message.length > MAX_TEXT || (error.stack?.length ?? 0) > 2 * MAX_TEXT) return false;
  return !(error.cause instanceof Error) || fits(error.cause, depth - 1);
}

function copy(error: Error, depth: number): Error {
  const options = error.cause instanceof Error && depth > 1 ? { cause: copy(error.cause, depth - 1) } : undefined;
  const shortened = new Error(truncateText(error.message), options);
  shortened.name = error.name;
  if (error.stack !== undefined) shortened.stack = truncateText(error.stack);
  return shortened;
}
