// What the definitions of all kinds of agents share: settings are checked when an agent is defined, and all problems are reported.
import { ProblemsError } from '../../domain/problems-error.js';
import { z } from 'zod';
import { issueLines } from '../../domain/json/issue-lines.js';
import { checkJsonSchema } from '../../json-schema.js';
import { AgentSettings } from '../../domain/agent/agent.js';
import { isRecord } from '../../domain/json/own-property.js';
import { shown, type Path } from '../../domain/problem.js';

/** One line for each problem, which begins with the name of its agent. */
export class AgentDefinitionError extends ProblemsError {
  override readonly name = 'AgentDefinitionError';
}

/** A JSON Schema within a data file. */
const SchemaData = z.union([z.boolean(), z.record(z.string(), z.unknown())]).superRefine((schema, context) => {
  for (const message of checkJsonSchema(schema))
    context.addIssue({ code: 'custom', message: `${message}, got ${shown(schema)}` });
});

/** What every planner may have in a data file. Its input and output are those of planning, so it does not declare them. */
export const PlannerData = AgentSettings.extend({ kind: z.string() });

/** What every other agent may have in a data file. */
export const AgentData = PlannerData.extend({ input: SchemaData.optional(), output: SchemaData.optional() });

/** Parses the settings of one agent; throws an `AgentDefinitionError`. */
export function parseSettings<S extends z.ZodObject>(settings: S, data: unknown): z.output<S> {
  const parsed = settings.safeParse(data);
  if (parsed.success) return parsed.data;
  const name = agentName(data);
  const lines = issueLines(parsed.error.issues, { schema: settings, raw: data, keyLine: replacedLine });
  throw new AgentDefinitionError(lines.map((line) => `${name}: ${line}`));
}

/** Settings of earlier builds, with the setting that replaces each. */
const REPLACED: ReadonlyMap<string, { readonly by: string; readonly message: string }> = new Map([
  [
    'retryableExits',
    {
      by: 'fatalExits',
      message:
        'this setting is replaced by fatalExits: every exit code other than 0, 126 and 127 is retried now, as retry says; ' +
        'remove retryableExits, and list in fatalExits the exit codes that must not be retried',
    },
  ],
]);

/** The line for a setting of an earlier build. */
function replacedLine(path: Path, key: string, known: readonly string[]): string | undefined {
  const replaced = path.length === 0 ? REPLACED.get(key) : undefined;
  return replaced !== undefined && known.includes(replaced.by) ? `${key}: ${replaced.message}` : undefined;
}

/** `agent "echo"`, or what replaces a missing type. */
export function agentName(data: unknown): string {
  const type = isRecord(data) ? data['type'] : undefined;
  return typeof type === 'string' ? `agent ${JSON.stringify(type)}` : 'an agent without a type';
}
