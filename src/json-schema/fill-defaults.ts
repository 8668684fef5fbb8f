// The `default` of each property that a value does not have. Ajv adds them while it checks, so the value is checked again afterwards.
import type { JsonSchema } from '../domain/json/schema.js';
import { compileJsonSchema } from './compile.js';

/**
 * A copy of the value with the defaults of the schema; the value itself if the schema has none. Defaults within `anyOf`, `oneOf`, `not`
 * and `if` are not added. Throws a `TypeError` if the schema cannot be used.
 */
export function fillDefaults(schema: JsonSchema, value: unknown): unknown {
  if (!mentionsDefault(schema)) return value;
  const { validate, work } = compileJsonSchema(schema, { useDefaults: true });
  const filled = copyOf(value);
  try {
    work.begin();
    validate(filled);
  } catch {
    // The check takes too many steps. The check that follows reports that.
    return value;
  }
  return filled;
}

const mentionsDefault = (schema: JsonSchema): boolean => JSON.stringify(schema).includes('"default"');

/** The value is JSON. */
const copyOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
