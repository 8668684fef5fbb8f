// The answer of a model: how JSON is asked for, how the answer is read, and what is sent back if it does not fit the agent's schema.
import { compileSchema, jsonSchemaOf } from '../../../json-schema.js';
import type { AgentSchema } from '../../../domain/agent/agent.js';
import type { JsonSchema } from '../../../domain/json/schema.js';
import { extractJson } from '../../../domain/json/extract-json.js';
import { shown } from '../../../domain/problem.js';
import { truncateEnd } from '../../../domain/text/truncate.js';

/** A model does not correct an answer better with more problems than this. */
const MAX_SENT_PROBLEMS = 20;

/** Characters of a wrong answer that are sent back. An answer that is longer went wrong early in its text. */
const MAX_ECHO = 20_000;

export type Structured = 'schema' | 'json' | 'prompt';

type ReadAnswer =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problems: readonly string[] };

export interface AnswerFormat {
  readonly schema: JsonSchema;
  readonly mode: Structured;
  /** Finds the value in the text of an answer. It is not changed: the caller parses it by the schema. */
  read(this: void, text: string): ReadAnswer;
}

/** The format for an agent's output. Throws a `TypeError` of one line if the schema cannot be written as JSON Schema. */
export function answerFormat(output: AgentSchema, mode: Structured | undefined): AnswerFormat {
  // The values that zod accepts, not those that it makes of them: defaults and transformations come later.
  const schema = jsonSchemaOf(output, 'input');
  const check = compileSchema(output, 'output');
  const isObjectSchema = typeof schema === 'object' && schema['type'] === 'object';
  return {
    schema,
    mode: mode ?? (isObjectSchema ? 'schema' : 'prompt'),
    read(text) {
      const found = extractJson(text, (value) => check(value).ok);
      if ('error' in found) return { ok: false, problems: [`output: expected JSON, got ${shown(text)}`] };
      const checked = check(found.value);
      return checked.ok ? { ok: true, value: found.value } : { ok: false, problems: checked.problems };
    },
  };
}

/** The part of a prompt that asks for an answer of this schema. */
export const jsonInstruction = (schema: JsonSchema): string =>
  `Answer with one JSON value that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;

/** A wrong answer as it is sent back to the model. */
export const echoedAnswer = (answer: string): string =>
  answer.trim() === '' ? '(no answer)' : truncateEnd(answer, MAX_ECHO);

export const repairRequest = (problems: readonly string[]): string =>
  [
    'Your answer does not fit:',
    ...firstProblems(problems),
    'Answer again, with the corrected JSON value and nothing else.',
  ].join('\n');

/** The problems for people, on one line. */
export const joinProblems = (problems: readonly string[]): string => firstProblems(problems).join('; ');

function firstProblems(problems: readonly string[]): readonly string[] {
  const more = problems.length - MAX_SENT_PROBLEMS;
  return more > 0 ? [...problems.slice(0, MAX_SENT_PROBLEMS), `and ${more} more`] : problems;
}
