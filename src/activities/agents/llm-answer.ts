// From the text of a model to a value that fits the agent's schema, or what to tell the model about it.
import { compileSchema, jsonSchemaOf } from '../../json-schema.js';
import type { AgentSchema, JsonSchema } from '../../domain/agent.js';
import { jsonIn } from '../../domain/json-text.js';
import { got } from '../../domain/problem.js';

/** More would not help a model to see what is wrong. */
const MAX_PROBLEMS = 20;

/** Characters of a wrong answer that are sent back; what is longer went wrong from the start. */
const MAX_ECHO = 20_000;

export type Structured = 'schema' | 'json' | 'prompt';

type Read =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problems: readonly string[] };

export interface Structure {
  readonly schema: JsonSchema;
  readonly mode: Structured;
  /** The value in an answer, as the model gave it: the pipeline makes the output of it. */
  read(this: void, text: string): Read;
}

/** What is asked of an answer. Throws a `TypeError` of one line if the schema is none that JSON Schema can say. */
export function structureOf(output: AgentSchema, mode: Structured | undefined): Structure {
  // What zod takes, not what it makes of it: defaults and transformations come after.
  const schema = jsonSchemaOf(output, 'input');
  const check = compileSchema(output, 'output');
  const isObject = typeof schema === 'object' && schema['type'] === 'object';
  return {
    schema,
    mode: mode ?? (isObject ? 'schema' : 'prompt'),
    read(text) {
      const found = jsonIn(text);
      if ('error' in found) return { ok: false, problems: [`output: expected JSON, got ${got(text)}`] };
      const checked = check(found.value);
      return checked.ok ? { ok: true, value: found.value } : { ok: false, problems: checked.problems };
    },
  };
}

/** What stands in the prompt of the answer's form. */
export const askForJson = (schema: JsonSchema): string =>
  `Answer with one JSON value that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;

export const echoOf = (answer: string): string => {
  if (answer.trim() === '') return '(no answer)';
  return answer.length > MAX_ECHO ? `${answer.slice(0, MAX_ECHO)}…` : answer;
};

export const repairRequest = (problems: readonly string[]): string =>
  [
    'That answer cannot be used:',
    ...first(problems),
    'Answer again, with the corrected JSON value and nothing else.',
  ].join('\n');

/** The same for people, on one line. */
export const problemLine = (problems: readonly string[]): string => first(problems).join('; ');

function first(problems: readonly string[]): readonly string[] {
  const more = problems.length - MAX_PROBLEMS;
  return more > 0 ? [...problems.slice(0, MAX_PROBLEMS), `and ${more} more`] : problems;
}
