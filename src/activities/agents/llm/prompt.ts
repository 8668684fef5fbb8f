// From the input of an agent to the prompt of its model. A prompt is text in which each `{% … %}` is an expression over `$input`: a
// value that is text is inserted as it is, any other value as JSON.
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { MAX_VALUE_BYTES } from '../../../domain/json/byte-size.js';
import { ExpressionError, expressionSource, type Scope } from '../../../domain/expression/expression.js';
import { inputExpressionProblem } from '../../../domain/expression/input-only.js';
import { compileTemplate } from '../../../domain/expression/template.js';
import { isRecord } from '../../../domain/json/own-property.js';
import { AgentError } from '../../errors/agent-error.js';

/** The limit of an input: only a template that inserts the input several times makes a longer prompt. */
const MAX_PROMPT_BYTES = MAX_VALUE_BYTES;

/** Splits a template into text and expressions, in turn. */
const PARTS = /(\{%[\s\S]*?%\})/;

/** Expressions are checked when the agent is defined, not only at the first call. */
export const PromptTemplate = z.string().superRefine((text, context) => {
  for (const part of text.split(PARTS)) {
    const source = expressionSource(part);
    const message = source === undefined ? undefined : inputExpressionProblem(source);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }
});

export type MakeText = (input: unknown) => Promise<string>;

/** `name` is the name of the setting. The function throws an `AgentError` of one line if the text cannot be made, or is too long. */
export function promptText(name: string, template: string): MakeText {
  const parts = template
    .split(PARTS)
    .map((part) => (expressionSource(part) === undefined ? async () => part : evaluatePart(name, part)));
  return async (input) => {
    const made = await Promise.all(parts.map((part) => part({ input })));
    return withinLimit(name, made.join(''));
  };
}

function evaluatePart(name: string, expression: string): (scope: Scope) => Promise<string> {
  const template = compileTemplate(expression);
  return async (scope) => {
    const value = await evaluateInTurn(name, () => template(scope));
    if (value !== undefined) return asText(value);
    throw new AgentError(`${name}: ${expression}: expected a value, got nothing`, { type: 'ExpressionFailed' });
  };
}

async function evaluateInTurn(name: string, go: () => unknown): Promise<unknown> {
  // An expression may block the thread for up to a second, so events that are waiting are handled first.
  await setImmediate();
  try {
    return go();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new AgentError(`${name}: ${error.message}`, { type: 'ExpressionFailed' });
  }
}

/** The prompt of an agent that declares none: the input if it is text, its `prompt`, or its JSON. */
export const inputText: MakeText = async (input) => {
  const prompt = isRecord(input) ? input['prompt'] : undefined;
  return withinLimit('prompt', asText(typeof prompt === 'string' ? prompt : input));
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null'));

/** Throws `ContextTooLong` if the text is too long. */
function withinLimit(name: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_PROMPT_BYTES) return text;
  throw new AgentError(
    `${name}: expected at most ${MAX_PROMPT_BYTES} bytes, got ${bytes}; split the work over the items of a forEach`,
    { type: 'ContextTooLong', details: { bytes, limit: MAX_PROMPT_BYTES } },
  );
}
