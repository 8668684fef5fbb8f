// One way to check a value, whether its schema is from zod (agents in code) or JSON Schema (plans, and agents in data files).
// JSON Schemas are of draft 2020-12, unless `$schema` says draft-07. Unknown keywords are ignored, as the specification demands.
import { z } from 'zod';
import type { AgentSchema } from './domain/agent/agent.js';
import type { JsonSchema } from './domain/json/schema.js';
import { formatPath } from './domain/problem.js';
import { compileJsonSchema } from './json-schema/compile.js';
import { describeError } from './json-schema/describe-error.js';
import { describeIssue } from './domain/json/zod-issues.js';

type CheckResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly string[] };

export type Check<T> = (value: unknown) => CheckResult<T>;

/** Problems of one value that are reported; more would not help to see what is wrong. */
const MAX_LINES = 1_000;

/**
 * Makes a check of values against a schema. Problems read `input.files[0]: expected to be string, got 5`; `name` is the first word
 * of the path. Throws a `TypeError` of one line if the schema itself is wrong.
 */
export function compileSchema<T>(schema: AgentSchema<T>, name = 'value'): Check<T> {
  return isZodSchema(schema) ? zodCheck(schema, name) : jsonCheck<T>(schema, name);
}

/** The problems of a JSON Schema itself; empty if it can be used. */
export function checkJsonSchema(schema: unknown): string[] {
  try {
    compileJsonSchema(schema);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/**
 * True for a schema of any copy of zod (`instanceof` knows only one copy), and false for any data, whatever its keys are.
 */
export const isZodSchema = <T>(schema: AgentSchema<T>): schema is z.ZodType<T> =>
  typeof schema === 'object' && 'safeParse' in schema && typeof schema.safeParse === 'function';

/** The schema as JSON Schema. Any value is allowed for a part of a zod schema that JSON Schema cannot express. */
export function jsonSchemaOf(schema: AgentSchema, side: 'input' | 'output'): JsonSchema {
  if (!isZodSchema(schema)) return schema;
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: side, unrepresentable: 'any' });
  return rest;
}

function zodCheck<T>(schema: z.ZodType<T>, name: string): Check<T> {
  return (value) => {
    try {
      const parsed = schema.safeParse(value);
      if (parsed.success) return { ok: true, value: parsed.data };
      const line = (issue: z.core.$ZodIssue) => `${formatPath([name, ...issue.path])}: ${describeIssue(issue, value)}`;
      return { ok: false, problems: parsed.error.issues.map(line) };
    } catch (error) {
      return notChecked(name, error);
    }
  };
}

function jsonCheck<T>(schema: JsonSchema, name: string): Check<T> {
  const { validate, work } = compileJsonSchema(schema);
  return (given) => {
    // JSON has no undefined: an absent value is checked as null, and becomes null.
    const value: unknown = given ?? null;
    try {
      work.begin();
      if (validate(value)) return { ok: true, value: value as T };
      const lines = (validate.errors ?? []).slice(0, MAX_LINES).map((error) => describeError(error, name));
      return { ok: false, problems: [...new Set(lines)] };
    } catch (error) {
      return notChecked(name, error);
    }
  };
}

// The check itself failed: a refinement threw or was asynchronous, the value contains itself, or the check took too many steps.
const notChecked = (name: string, error: unknown): { ok: false; problems: string[] } => ({
  ok: false,
  problems: [`${name}: could not be checked: ${error instanceof Error ? error.message : String(error)}`],
});
