// The environment of a command: what programs need to find their way around a machine, and what the agent's settings add. The rest of
// the worker's environment, which may hold the secrets of others, is passed on only with `inheritEnv`.
import { z } from 'zod';
import type { AgentContext } from '../../../domain/agent/agent.js';
import { SecretSetting, sourceOf, type SecretUse } from '../../../domain/secret.js';
import { isRecord } from '../../../domain/json/own-property.js';
import { AgentError } from '../../errors/agent-error.js';

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'];

const PASSED_ON: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'SHELL', 'LANG', 'TZ', 'TMPDIR'],
  ...PROXIES,
  ...PROXIES.map((name) => name.toLowerCase()),
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'],
]);

const isPassedOn = (name: string): boolean => PASSED_ON.has(name) || name.startsWith('LC_');

/** What every command gets of the worker's environment. */
export const baseEnvironment = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => isPassedOn(name)));

export const VariableName = z
  .string()
  .regex(/^[^=\0]+$/, 'expected the name of an environment variable, which has no "="');

// A value that is wrong may still be a secret.
const hintAt = (env: unknown): string => {
  const wrong = Object.entries(isRecord(env) ? env : {}).find(([, value]) => !EnvValue.safeParse(value).success);
  const where =
    wrong === undefined ? '' : `; of ${JSON.stringify(wrong[0])} expected text, { env: NAME } or { $secret: NAME }`;
  return `${where}, got a value that is not shown`;
};

const EnvValue = z.union([z.string(), SecretSetting]);

/** A list: variables of the worker to pass on. An object: values, or where they come from. */
export const CommandEnv = z.union([z.array(VariableName), z.record(VariableName, EnvValue)], {
  error: ({ input }) => `expected a list of names to pass on, or an object of values${hintAt(input)}`,
});
export type CommandEnv = z.infer<typeof CommandEnv>;

export interface EnvironmentSettings {
  readonly env?: CommandEnv | undefined;
  readonly inheritEnv?: boolean | undefined;
}

/** The environment for one call. Throws what reading a secret throws. */
export async function commandEnvironment(
  { env = [], inheritEnv = false }: EnvironmentSettings,
  context: AgentContext,
): Promise<NodeJS.ProcessEnv> {
  const base = inheritEnv ? { ...process.env } : baseEnvironment(process.env);
  return { ...base, ...(await addedVariables(env, context)), ...callVariables(context) };
}

async function addedVariables(env: CommandEnv, { secret }: AgentContext): Promise<NodeJS.ProcessEnv> {
  if (Array.isArray(env)) return Object.fromEntries(env.map((name) => [name, process.env[name]]));
  const added: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(env)) {
    added[name] = typeof value === 'string' ? value : await secret(sourceOf(value), variable(name));
    // Node.js would refuse it with a message that shows the value.
    if (added[name].includes('\0')) {
      throw new AgentError(`${variable(name)}: expected text without NUL characters, got a value that is not shown`, {
        type: 'AgentRefused',
      });
    }
  }
  return added;
}

export const secretsOfEnv = (env: CommandEnv = []): SecretUse[] =>
  Array.isArray(env)
    ? []
    : Object.entries(env).flatMap(([name, value]) =>
        typeof value === 'string' ? [] : [{ what: variable(name), source: sourceOf(value) }],
      );

const variable = (name: string): string => `env.${name}`;

const callVariables = ({ idempotencyKey, attempt, correlation }: AgentContext): NodeJS.ProcessEnv => ({
  BATON_IDEMPOTENCY_KEY: idempotencyKey,
  BATON_RUN_ID: correlation.run,
  BATON_TASK_ID: correlation.task,
  BATON_ATTEMPT: String(attempt),
  // `undefined` removes a value that this worker may have inherited: it may itself be the command of another worker.
  BATON_ITEM_INDEX: correlation.item === undefined ? undefined : String(correlation.item),
  BATON_CORRELATION_ID: correlation.id,
  TRACEPARENT: correlation.traceparent,
});

/** Names of variables, as programs print them. */
const NAMES = /\b[A-Z][A-Z0-9_]{2,}\b/g;

/** What to do if a program complains about a variable that the worker has and the program did not get. */
export function missingVariableHint(stderr: string, given: NodeJS.ProcessEnv): string | undefined {
  const name = stderr.match(NAMES)?.find((one) => process.env[one] !== undefined && given[one] === undefined);
  if (name === undefined) return undefined;
  return `the variable ${name} of the worker is not passed on to commands: add it to the agent's env, or set inheritEnv: true`;
}
