// Errors come from anywhere: megabytes of message, chains of causes that bite their own tail, things that are no errors.
import { z } from 'zod';
import { formatPath, got } from '../domain/problem.js';

/** Characters of a message or a stack that are worth a place in the history: a screen or two. */
const MAX_TEXT = 5000;

/** How many causes of causes are kept. */
const MAX_DEPTH = 5;

export const boundedText = (text: string): string =>
  text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof z.ZodError) {
    // Its own message is a page of JSON.
    const issues: readonly z.core.$ZodIssue[] = thrown.issues;
    return issues.map((issue) => `${formatPath(['value', ...issue.path])}: ${issue.message}`).join('; ');
  }
  if (thrown instanceof Error) return thrown.message === '' ? thrown.name : thrown.message;
  if (typeof thrown === 'string') return thrown;
  return `expected an error to be thrown, got ${got(thrown)}`;
}

/** The error itself if it is of ordinary size; otherwise one like it that is. */
export function boundedError(error: Error): Error {
  return fits(error, MAX_DEPTH) ? error : copy(error, MAX_DEPTH);
}

function fits(error: Error, depth: number): boolean {
  if (depth === 0 || error.message.length > MAX_TEXT || (error.stack?.length ?? 0) > 2 * MAX_TEXT) return false;
  return !(error.cause instanceof Error) || fits(error.cause, depth - 1);
}

function copy(error: Error, depth: number): Error {
  const beneath = error.cause instanceof Error && depth > 1 ? { cause: copy(error.cause, depth - 1) } : undefined;
  const bounded = new Error(boundedText(error.message), beneath);
  bounded.name = error.name;
  if (error.stack !== undefined) bounded.stack = boundedText(error.stack);
  return bounded;
}
