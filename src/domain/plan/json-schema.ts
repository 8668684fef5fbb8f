// The JSON Schema of plans, for editors and for `baton schema`. It is made from the zod schema; rules that zod checks in code are
// added. Rules between tasks (cycles, needs, expressions) cannot be written as JSON Schema: only validation checks them.
import { z } from 'zod';
import { DURATION_PATTERN, Duration } from '../duration.js';
import { describeSchema } from '../json/describe-schema.js';
import { PLAN_DESCRIPTIONS } from './descriptions.js';
import { Plan, Task, TASK_ID, TASK_KINDS } from './plan.js';
import { KEY_KINDS } from './validate/kinds.js';

type Schema = z.core.JSONSchema.BaseSchema;

/** Uses draft 07, which YAML editors support. */
export function planJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(Plan, {
    target: 'draft-07',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === Duration) describeDuration(jsonSchema);
      if (zodSchema === Task) describeTask(jsonSchema);
      if (isMapOfTasks(jsonSchema)) jsonSchema.minProperties = 1;
    },
  });
  const schema = { $schema, title: 'Baton plan', ...rest };
  describeSchema(schema, PLAN_DESCRIPTIONS);
  return schema;
}

const isMapOfTasks = ({ propertyNames }: Schema): boolean =>
  typeof propertyNames === 'object' && propertyNames.pattern === TASK_ID.source;

function describeDuration(schema: Schema): void {
  schema.pattern = DURATION_PATTERN.source;
  schema.description = 'A duration such as 250ms, 30s, 5m, 1h30m or 3d';
}

function describeTask(schema: Schema): void {
  schema.oneOf = TASK_KINDS.map((kind) => ({ required: [kind] }));
  schema.dependencies = Object.fromEntries(
    KEY_KINDS.map(({ key, kinds }) => [key, { anyOf: kinds.map((kind) => ({ required: [kind] })) }]),
  );
}
