// The input of a run or a sub-plan, by the JSON Schema of its plan.
import type { JsonSchema } from '../domain/json/schema.js';
import { isRecord } from '../domain/json/own-property.js';
import { compileSchema, type Check } from '../json-schema.js';
import { acceptReferences } from './accept-references.js';
import { fillDefaults } from './fill-defaults.js';

/**
 * A check that adds the defaults of the schema. An input that is absent is the default of the whole schema, or `{}`. References to
 * secrets count as text and stay. Throws a `TypeError` of one line if the schema itself is wrong.
 */
export function compileRunInput(schema: JsonSchema): Check<unknown> {
  const check = acceptReferences(compileSchema(schema, 'input'), 'input');
  const whole = isRecord(schema) ? schema['default'] : undefined;
  return (value) => check(fillDefaults(schema, value ?? whole ?? {}));
}
