// One way to check a value, whether its schema is zod's (agents in code) or JSON Schema (plans and agents in data).
// Draft 2020-12 unless `$schema` says draft-07. Keywords that are not known are ignored, as the specification wants it.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import type { AgentSchema, JsonSchema } from './domain/agent.js';
import { formatPath, got, type Path } from './domain/problem.js';

type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly string[] };

export type Check<T> = (value: unknown) => Checked<T>;

// `ownProperties`: a key such as "constructor" is there only if somebody wrote it.
const OPTIONS = { strict: false, allErrors: true, verbose: true, logger: false, ownProperties: true } as const;
const WITHOUT_META = { ...OPTIONS, meta: false, validateSchema: false } as const;

/**
 * Checking schemas themselves takes an Ajv that costs some 20 ms to make, so each draft has one, made when it is first
 * needed. It never compiles a schema, since it would remember its ids, and refuse another's.
 */
const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};
const DRAFTS = {
  '2020-12': { meta: once(() => new Ajv2020(OPTIONS)), make: () => new Ajv2020(WITHOUT_META) },
  '07': { meta: once(() => new Ajv(OPTIONS)), make: () => new Ajv(WITHOUT_META) },
} as const;

/**
 * Makes a check of values against a schema. Problems read `input.files[0]: expected to be string, got 5`, where `name`
 * gives the first word. Throws a `TypeError` of one line if the schema itself is broken.
 */
export function compileSchema<T>(schema: AgentSchema<T>, name = 'value'): Check<T> {
  return isZodSchema(schema) ? zodCheck(schema, name) : jsonCheck<T>(schema, name);
}

/** What is wrong with a JSON Schema itself; nothing if it can be used. */
export function checkJsonSchema(schema: unknown): string[] {
  try {
    compileJson(schema);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Expectation and what came, for one issue of zod; `root` is the value that was parsed. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return `unknown ${issue.keys.length === 1 ? 'key' : 'keys'} ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
  }
  const text = expectation(issue);
  return text.includes(', got ') ? text : `${text}, got ${got(at(root, issue.path))}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  // What a schema says of the whole itself is plainer than what each of its forms would have wanted.
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && issue.message === 'Invalid input') {
    const forms = issue.errors.map((form) => (form[0] === undefined ? '' : expectation(form[0])));
    return `expected ${[...new Set(forms)].map((form) => form.replace(/^expected /, '')).join(' or ')}`;
  }
  const start = issue.message.toLowerCase().indexOf('expected ');
  const text = start < 0 ? issue.message : `e${issue.message.slice(start + 1)}`;
  return text.replace(/, received .*$/s, '');
}

/**
 * True for a schema of zod's, of whichever copy of it (where `instanceof` would fail), and false for any data, whatever
 * keys it has.
 */
export const isZodSchema = <T>(schema: AgentSchema<T>): schema is z.ZodType<T> =>
  typeof schema === 'object' && 'safeParse' in schema && typeof schema.safeParse === 'function';

/** A schema as JSON Schema, for those who cannot read zod's; what has no such form is left open. */
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
      return unchecked(name, error);
    }
  };
}

function jsonCheck<T>(schema: JsonSchema, name: string): Check<T> {
  const validate = compileJson(schema);
  return (given) => {
    // JSON has no undefined; a value that is absent is checked, and passed on, as null.
    const value: unknown = given ?? null;
    try {
      if (validate(value)) return { ok: true, value: value as T };
      const lines = (validate.errors ?? []).map((error) => describeError(error, name));
      return { ok: false, problems: [...new Set(lines)] };
    } catch (error) {
      return unchecked(name, error);
    }
  };
}

// A refinement that throws, an asynchronous one, or a value that holds itself.
const unchecked = (name: string, error: unknown): { ok: false; problems: string[] } => ({
  ok: false,
  problems: [`${name}: could not be checked: ${error instanceof Error ? error.message : String(error)}`],
});

function compileJson(schema: unknown): ValidateFunction {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema))) {
    throw new TypeError(`expected a JSON Schema (an object or a boolean), got ${got(schema)}`);
  }
  if (typeof schema === 'object' && '$async' in schema) {
    throw new TypeError('expected a JSON Schema that checks at once, got one with "$async"');
  }
  const declared = typeof schema === 'object' && '$schema' in schema ? String(schema.$schema) : '';
  if (!/^$|2020-12|draft-07/.test(declared)) {
    throw new TypeError(
      `not a usable JSON Schema: expected a "$schema" of draft 2020-12 or draft-07, got ${got(declared)}`,
    );
  }
  const draft = DRAFTS[declared.includes('draft-07') ? '07' : '2020-12'];
  try {
    const meta = draft.meta();
    if (meta.validateSchema(schema) !== true) throw new TypeError(meta.errorsText(meta.errors, { dataVar: 'schema' }));
    return addFormats.default(draft.make()).compile(schema);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(`not a usable JSON Schema: ${reason}`, { cause: error });
  }
}

function describeError(error: ErrorObject, name: string): string {
  const path: Path = [name, ...error.instancePath.split('/').slice(1).map(pointerKey)];
  const params: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case 'required':
      return `${formatPath([...path, String(params['missingProperty'])])}: expected a value, got nothing`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `${formatPath(path)}: unknown key ${JSON.stringify(params['additionalProperty'] ?? params['unevaluatedProperty'])}`;
    case 'enum':
      return `${formatPath(path)}: expected one of ${got(params['allowedValues'])}, got ${got(error.data)}`;
    case 'const':
      return `${formatPath(path)}: expected ${got(params['allowedValue'])}, got ${got(error.data)}`;
    default:
      return `${formatPath(path)}: ${(error.message ?? 'must fit').replace(/^must /, 'expected to ')}, got ${got(error.data)}`;
  }
}

function pointerKey(part: string): PropertyKey {
  const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
  return /^\d+$/.test(key) ? Number(key) : key;
}

function at(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
