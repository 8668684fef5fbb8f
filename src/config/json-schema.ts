// The JSON Schema of a configuration that is data, for editors. Rules between its parts cannot be written as JSON Schema: only loading
// the configuration checks them.
import { z } from 'zod';
import { AGENT_SCHEMAS } from '../activities/agents/index.js';
import { ConfigFile } from '../config.js';
import { DURATION_PATTERN, Duration } from '../domain/duration.js';
import { describeSchema } from '../domain/json/describe-schema.js';
import { PoolSettings } from '../domain/pool/settings.js';
import { ScheduleSettings } from '../domain/schedule.js';
import { CONFIG_DESCRIPTIONS } from './descriptions.js';

const [command, ...others] = Object.entries(AGENT_SCHEMAS).map(([kind, schema]) =>
  schema.extend({ kind: z.literal(kind) }),
);

/** Uses draft 07, which YAML editors support. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  // A file that is data has no functions.
  const whole = ConfigFile.omit({ onRunEnd: true }).extend({
    agents: z.array(z.union([command!, ...others])),
    pools: z.array(PoolSettings).optional(),
    schedules: z.array(ScheduleSettings).optional(),
  });
  const { $schema, ...rest } = z.toJSONSchema(whole, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === Duration) jsonSchema.pattern = DURATION_PATTERN.source;
      // A command has at least its program.
      if (Array.isArray(jsonSchema.items)) jsonSchema.minItems = jsonSchema.items.length;
    },
  });
  const schema = { $schema, title: 'Baton configuration', ...rest };
  describeSchema(schema, CONFIG_DESCRIPTIONS);
  return schema;
}
