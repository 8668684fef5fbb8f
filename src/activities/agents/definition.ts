// What every kind of agent shares when one is defined: settings are checked at once, and all that is wrong is said.
import { z } from 'zod';
import { checkJsonSchema, describeIssue } from '../../json-schema.js';
import { AgentSettings } from '../../domain/agent.js';
import { didYouMean, formatPath, got } from '../../domain/problem.js';

/** One line for each problem, each naming its agent. */
export class AgentDefinitionError extends Error {
  override readonly name = 'AgentDefinitionError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** A JSON Schema within a data file. */
const SchemaData = z.union([z.boolean(), z.record(z.string(), z.unknown())]).superRefine((schema, context) => {
  for (const message of checkJsonSchema(schema))
    context.addIssue({ code: 'custom', message: `${message}, got ${got(schema)}` });
});

/** What a data file may say of any agent. */
export const AgentData = AgentSettings.extend({
  kind: z.string(),
  input: SchemaData.optional(),
  output: SchemaData.optional(),
});

/** Parses the settings of one agent; throws an `AgentDefinitionError`. */
export function parseSettings<S extends z.ZodObject>(schema: S, data: unknown): z.output<S> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape);
  throw new AgentDefinitionError(
    parsed.error.issues.flatMap((issue) => {
      const where = (path: readonly PropertyKey[]) =>
        `${nameOf(data)}: ${path.length === 0 ? '' : `${formatPath(path)}: `}`;
      if (issue.code !== 'unrecognized_keys') return [where(issue.path) + describeIssue(issue, data)];
      return issue.keys.map((key) => {
        const hint = issue.path.length === 0 ? didYouMean(key, known) : undefined;
        return `${where(issue.path)}unknown key ${JSON.stringify(key)}${hint === undefined ? '' : `; ${hint}`}`;
      });
    }),
  );
}

/** `agent "echo"`, or what stands in for a type that is missing. */
export function nameOf(data: unknown): string {
  const type = typeof data === 'object' && data !== null && 'type' in data ? data.type : undefined;
  return typeof type === 'string' ? `agent ${JSON.stringify(type)}` : 'an agent without a type';
}
