// Prepares a run: everything that can be rejected is rejected before a server is searched.
import { MAX_STORED_VALUE_BYTES } from '../../domain/json/byte-size.js';
import { defined } from '../../domain/json/defined.js';
import type { Baton, StartedRun } from '../../client.js';
import type { KnownAgents } from '../../client/check-plan.js';
import { asFork, checkForkId, prepareFork, type ForkOf } from '../../client/fork.js';
import { prepareRun, type PreparedRun } from '../../client/prepare-run.js';
import type { StartedRunInput } from '../../client/read-run-input.js';
import { parseCorrelation } from '../../client/correlation.js';
import { InvalidInputError } from '../../client/errors.js';
import type { Correlation } from '../../domain/trace/correlation.js';
import { parseTraceparent } from '../../domain/trace/traceparent.js';
import { requireSameRun } from '../../client/same-run.js';
import { InvalidPlanError } from '../../domain/plan/parse.js';
import { planWarnings } from '../../domain/plan/validate/warnings.js';
import { problem } from '../../domain/problem.js';
import { checkEnd, STORAGE_HINT } from '../../domain/run/end-check.js';
import type { RunResult } from '../../domain/run/result.js';
import { readAmountsArgument } from '../arguments/amounts-argument.js';
import { readJsonArgument } from '../arguments/json-argument.js';
import { parseName } from '../arguments/options.js';
import { ownQueue } from '../arguments/project-queue.js';
import { loadProjectConfig, type LoadedConfig } from '../session/load-config.js';
import { asOptions, NO_CONFIG, UsageError } from '../terminal/errors.js';
import type { Io } from '../terminal/io.js';
import { readOnConflict } from './on-conflict.js';
import type { RunOptions } from './options.js';

export interface StartRequest {
  readonly options: RunOptions;
  readonly config: LoadedConfig | undefined;
  /** Starts the run, or finds the same run, which has its id already. Throws RefusedError if another run has it. */
  readonly begin: (baton: Baton, taskQueue: string) => Promise<StartedRun>;
  /** Throws RefusedError if the run that has this id already is another one. Absent: the id alone decides. */
  readonly requireSame?: (baton: Baton, id: string) => Promise<void>;
  /** Receives the result before it is printed. */
  readonly onEnd?: (result: RunResult) => Promise<void>;
  /** The Task Queue from the command line or the configuration. */
  readonly namedQueue: string | undefined;
  /** The Task Queue that only workers of this project poll. */
  readonly ownQueue: string;
}

/** The run to fork, with its input. */
export interface ForkSource extends ForkOf {
  /** Why, for the memo of the new run. */
  readonly reason?: string;
  readonly old: StartedRunInput;
}

/** Throws ConfigError, InvalidPlanError, InvalidInputError, UsageError. */
export async function prepareStart(
  io: Io,
  readPlan: (config: LoadedConfig | undefined) => unknown,
  options: RunOptions,
  fork?: ForkSource,
): Promise<StartRequest> {
  correlationOf(options, io.env);
  const onConflict = options.onConflict === undefined ? undefined : readOnConflict(options.onConflict);
  const config = await loadProjectConfig(io, options.config);
  const raw = await readPlan(config);
  const old = fork?.old;
  const input = options.input === undefined ? old?.input : await readJsonArgument('--input', options.input, io.cwd);
  const namedQueue = options.taskQueue ?? config?.taskQueue;
  const isElsewhere = options.detach === true || namedQueue !== undefined;
  const budget =
    options.budget === undefined ? old?.budget : await readAmountsArgument('--budget', options.budget, io.cwd);
  // Whether values are stored is known when the server is: the client that starts the run checks the size again.
  const valueLimit = config?.storage === false ? undefined : MAX_STORED_VALUE_BYTES;
  const terms = { budget, tenant: tenantOf(options) ?? old?.tenant, ...defined({ valueLimit }) };
  const prepared = withConfigHint(knownAgents(config, isElsewhere), (known) =>
    fork === undefined ? prepareRun(raw, input, known, terms) : prepareFork(raw, input, known, { ...terms, ...fork }),
  );
  const { warning } = checkEnd(prepared);
  const warnings = [...planWarnings(prepared.plan), ...(warning === undefined ? [] : [`${warning}; ${STORAGE_HINT}`])];
  if (options.quiet !== true)
    for (const text of warnings) io.note(`${io.colours(io.stderr).yellow('warning:')} ${text}`);
  const { id } = options;
  if (fork !== undefined && id !== undefined) checkForkId(id, fork);
  const forkOf = fork === undefined ? undefined : { run: fork.run, from: fork.from ?? [] };
  const what = defined({ id, forkOf, onConflict, reason: fork?.reason, ...correlationOf(options, io.env) });
  return {
    options,
    config,
    begin: (baton, taskQueue) => baton.startPrepared(prepared, { ...what, taskQueue }),
    requireSame: ({ client }, existing) =>
      requireSameRun(client, existing, forkOf === undefined ? prepared : asFork(prepared, existing, forkOf)),
    namedQueue: namedQueue === undefined ? undefined : parseName('taskQueue', namedQueue),
    ownQueue: ownQueue({ configPath: config?.path, directory: io.cwd }),
  };
}

/** Without a configuration, the agents are unknown if another process may have them; else there are none. */
function knownAgents(config: LoadedConfig | undefined, isElsewhere: boolean): KnownAgents {
  if (config !== undefined) return config;
  return isElsewhere ? {} : { agents: [] };
}

function tenantOf({ tenant: name, weight }: RunOptions): { name: string; weight?: number } | undefined {
  if (name !== undefined) return { name, ...defined({ weight }) };
  if (weight !== undefined) throw new UsageError(['--weight requires --tenant']);
  return undefined;
}

/**
 * A run that a command agent of another run starts continues the trace of that run, by the variables that it was given. Throws
 * UsageError.
 */
function correlationOf({ correlationId: given }: RunOptions, env: NodeJS.ProcessEnv): Correlation {
  const traceparent = env['TRACEPARENT'];
  const correlationId = given ?? env['BATON_CORRELATION_ID'];
  try {
    parseCorrelation({ correlationId });
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(asOptions(error.problems));
    throw error;
  }
  return {
    correlationId,
    // As W3C Trace Context says, one that is not valid is ignored.
    traceparent: traceparent === undefined || parseTraceparent(traceparent) === undefined ? undefined : traceparent,
  };
}

/** If no agent is known because there is no configuration, the error says so. */
function withConfigHint(known: KnownAgents, prepare: (known: KnownAgents) => PreparedRun): PreparedRun {
  try {
    return prepare(known);
  } catch (error) {
    const hasNoAgents = error instanceof InvalidPlanError && known.agents?.length === 0;
    if (!hasNoAgents || !error.problems.some(({ code }) => code === 'plan.unknown-agent')) throw error;
    throw new InvalidPlanError([...error.problems, problem('config.none', [], `no agents are known: ${NO_CONFIG}`)]);
  }
}
