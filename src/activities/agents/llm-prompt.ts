// From the input of an agent to what its model is asked. A prompt is text in which each `{% … %}` is an expression over
// `$input`: text goes in as it is, any other value as JSON.
import { z } from 'zod';
import { MAX_VALUE_BYTES } from '../../domain/call.js';
import { ExpressionError, expressionSource, type Scope } from '../../domain/expression.js';
import { whatIsWrong } from '../../domain/input-expression.js';
import { compileTemplate } from '../../domain/template.js';
import { AgentError } from '../agent-error.js';

/** As much as an input may have; only a template that repeats itself makes more. */
const MAX_PROMPT_BYTES = MAX_VALUE_BYTES;

/** Text and expressions, in turn. */
const PARTS = /(\{%[\s\S]*?%\})/;

/** Checked when the agent is defined: the first call would be late to learn of it. */
export const PromptTemplate = z.string().superRefine((text, context) => {
  for (const part of text.split(PARTS)) {
    const source = expressionSource(part);
    const message = source === undefined ? undefined : whatIsWrong(source);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }
});

export type MakeText = (input: unknown) => Promise<string>;

/** `name` is that of the setting. The text is bounded; what cannot be made is an `AgentError` of one line. */
export function promptText(name: string, template: string): MakeText {
  const parts = template
    .split(PARTS)
    .map((part) => (expressionSource(part) === undefined ? async () => part : valueOf(name, part)));
  return async (input) => {
    const made = await Promise.all(parts.map((part) => part({ input })));
    return bounded(name, made.join(''));
  };
}

function valueOf(name: string, expression: string): (scope: Scope) => Promise<string> {
  const template = compileTemplate(expression);
  return async (scope) => {
    const value = await evaluate(name, () => template(scope));
    if (value !== undefined) return textOf(value);
    throw new AgentError(`${name}: ${expression}: expected a value, got nothing`, { type: 'ExpressionFailed' });
  };
}

async function evaluate(name: string, go: () => ReturnType<ReturnType<typeof compileTemplate>>): Promise<unknown> {
  try {
    const soon = go();
    return soon instanceof Promise ? await soon : soon.value;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new AgentError(`${name}: ${error.message}`, { type: 'ExpressionFailed' });
  }
}

/** What is asked if no prompt is declared. */
export const inputText: MakeText = async (input) => {
  const prompt = typeof input === 'object' && input !== null && 'prompt' in input ? input.prompt : undefined;
  return bounded('prompt', textOf(typeof prompt === 'string' ? prompt : input));
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null'));

function bounded(name: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_PROMPT_BYTES) return text;
  throw new AgentError(
    `${name}: expected at most ${MAX_PROMPT_BYTES} bytes, got ${bytes}; split the work over the items of a forEach`,
    { type: 'ContextTooLong', details: { bytes, limit: MAX_PROMPT_BYTES } },
  );
}
