// The answer of a model: how JSON is asked for, how the answer is read, and what is sent back if it does not fit the agent's schema.
import { compileSchema, jsonSchemaOf } from '../../../json-schema.js';
import type { AgentSchema } from '../../../domain/agent/agent.js';
import type { JsonSchema } from '../../../domain/json/schema.js';
import { bigNumberProblem, changedNumbers, readJson } from '../../../domain/json/read-json.js';
import { extractJson } from '../../../domain/json/extract-json.js';
import { shown } from '../../../domain/problem.js';
import type { LlmSettings } from './settings.js';
import { truncateEnd } from '../../../domain/text/truncate.js';

/** A model does not correct an answer better with more problems than this. */
const MAX_SENT_PROBLEMS = 20;

/** Characters of a wrong answer that are sent back. An answer that is longer went wrong early in its text. */
const MAX_ECHO = 20_000;

/** The text of an answer. */
export interface ModelAnswer {
  readonly text: string;
  /** What came instead of text, in words, if the text is blank: `only reasoning`. */
  readonly instead?: string;
}

export type Structured = 'schema' | 'json' | 'prompt';

type ReadAnswer =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problems: readonly string[] };

/** How an answer is read. */
export interface AnswerReader {
  /** What the model is asked for again if its answer does not fit. */
  readonly wanted: string;
  /** The value in an answer. It is not changed: the caller parses it by the schema. */
  read(this: void, answer: ModelAnswer): ReadAnswer;
}

/** The format of JSON. */
export interface AnswerFormat extends AnswerReader {
  readonly schema: JsonSchema;
  readonly mode: Structured;
}

/** Without a schema, the answer is any text that is not blank. */
export const TEXT: AnswerReader = {
  wanted: 'Answer again, with text.',
  read: ({ text, instead = 'nothing' }) =>
    text.trim() === '' ? { ok: false, problems: [`output: expected text, got ${instead}`] } : { ok: true, value: text },
};

/** The format for an agent's output. Throws a `TypeError` of one line if the schema cannot be written as JSON Schema. */
export function answerFormat(
  output: AgentSchema,
  { structured, bigNumbers = 'refuse' }: Pick<LlmSettings, 'structured' | 'bigNumbers'>,
): AnswerFormat {
  // The values that zod accepts, not those that it makes of them: defaults and transformations come later.
  const schema = jsonSchemaOf(output, 'input');
  const check = compileSchema(output, 'output');
  const isObjectSchema = typeof schema === 'object' && schema['type'] === 'object';
  const parse = (json: string) => (bigNumbers === 'text' ? readJson(json, bigNumbers) : (JSON.parse(json) as unknown));
  return {
    schema,
    mode: structured ?? (isObjectSchema ? 'schema' : 'prompt'),
    wanted: 'Answer again, with the corrected JSON value and nothing else.',
    read({ text, instead }) {
      const found = extractJson(text, (value) => check(value).ok, parse);
      if ('error' in found) return { ok: false, problems: [`output: expected JSON, got ${instead ?? shown(text)}`] };
      const [changed] = bigNumbers === 'text' ? [] : changedNumbers(found.json);
      if (changed !== undefined) return { ok: false, problems: [`output: ${bigNumberProblem(changed.source)}`] };
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

export const repairRequest = (problems: readonly string[], wanted: string): string =>
  ['Your answer does not fit:', ...firstProblems(problems), wanted].join('\n');

/** The problems for people, on one line. */
export const joinProblems = (problems: readonly string[]): string => firstProblems(problems).join('; ');

function firstProblems(problems: readonly string[]): readonly string[] {
  const more = problems.length - MAX_SENT_PROBLEMS;
  return more > 0 ? [...problems.slice(0, MAX_SENT_PROBLEMS), `and ${more} more`] : problems;
}
