// Everything of `run` that can be refused before a server is looked for.
import type { StartOptions } from '../../client.js';
import { refuseFork, withPlansOf, type ForkOf } from '../../client/fork.js';
import { prepareRun, type Known, type RunTerms } from '../../client/prepare.js';
import type { StartedWith } from '../../client/run-input-of.js';
import { loadConfig, type LoadedConfig } from '../../config/load.js';
import type { Budget } from '../../domain/budget.js';
import { InvalidPlanError } from '../../domain/parse-plan.js';
import { problem } from '../../domain/problem.js';
import type { Tenant } from '../../domain/tenant.js';
import type { RunResult } from '../../domain/run-result.js';
import { NO_CONFIG } from '../agents.js';
import type { Io } from '../io.js';
import { readJsonArgument } from '../json-argument.js';
import { parseName } from '../options.js';
import { UsageError } from '../refusal.js';
import type { RunOptions } from '../run.js';
import { ownQueue } from '../task-queue.js';

export interface PreparedRun {
  readonly options: RunOptions;
  readonly config: LoadedConfig | undefined;
  readonly plan: object;
  readonly input: unknown;
  /** Told of the result, before it is printed. */
  readonly onEnd?: (result: RunResult) => Promise<void>;
  readonly budget?: Budget;
  readonly tenant?: Tenant;
  readonly forkOf?: ForkOf;
  /** The Task Queue that was configured or typed. */
  readonly askedQueue: string | undefined;
  /** The one that only this project's workers poll. */
  readonly ownQueue: string;
}

/** A run that is to be forked. */
export interface ToFork extends ForkOf {
  readonly started: StartedWith;
}

/** Throws ConfigError, InvalidPlanError, InvalidInputError, UsageError. */
export async function prepare(
  io: Io,
  readPlan: (config: LoadedConfig | undefined) => unknown,
  options: RunOptions,
  toFork?: ToFork,
): Promise<PreparedRun> {
  const config = await loadConfig(io.cwd, options.config);
  const raw = await readPlan(config);
  const old = toFork?.started;
  const input = options.input === undefined ? old?.input : await readJsonArgument('--input', options.input, io.cwd);
  const askedQueue = options.taskQueue ?? config?.taskQueue;
  const elsewhere = options.detach === true || askedQueue !== undefined;
  const asked = options.budget === undefined ? old?.budget : await readJsonArgument('--budget', options.budget, io.cwd);
  const known = knownOf(config, elsewhere);
  const terms = { budget: asked, tenant: tenantOf(options) ?? old?.tenant };
  const { plan, budget, tenant } = checked(raw, input, old === undefined ? known : withPlansOf(known, old), terms);
  if (toFork !== undefined) refuseFork(plan, toFork, options.id);
  return {
    options,
    config,
    plan,
    input,
    ...(budget === undefined ? {} : { budget }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(toFork === undefined ? {} : { forkOf: { run: toFork.run, from: toFork.from ?? [] } }),
    askedQueue: askedQueue === undefined ? undefined : parseName('taskQueue', askedQueue),
    ownQueue: ownQueue({ configPath: config?.path, directory: io.cwd }),
  };
}

/** What the client is to be told. */
export const startOptionsOf = (
  { input, budget, tenant, forkOf, options: { id } }: PreparedRun,
  taskQueue: string,
): StartOptions => ({
  input,
  taskQueue,
  ...(budget === undefined ? {} : { budget }),
  ...(tenant === undefined ? {} : { tenant }),
  ...(forkOf === undefined ? {} : { forkOf }),
  ...(id === undefined ? {} : { id }),
});

/** Which agents there are is unknown only where no configuration says so and another process may have them. */
function knownOf(config: LoadedConfig | undefined, elsewhere: boolean): Known {
  if (config !== undefined) return config;
  return elsewhere ? {} : { agents: [] };
}

function tenantOf({ tenant: name, weight }: RunOptions): { name: string; weight?: number } | undefined {
  if (name !== undefined) return { name, ...(weight === undefined ? {} : { weight }) };
  if (weight !== undefined) throw new UsageError(['--weight: expected --tenant beside it, got it alone']);
  return undefined;
}

function checked(raw: unknown, input: unknown, known: Known, terms: RunTerms) {
  try {
    return prepareRun(raw, input, known, terms);
  } catch (error) {
    const isLost = error instanceof InvalidPlanError && known.agents?.length === 0;
    if (!isLost || !error.problems.some(({ code }) => code === 'plan.unknown-agent')) throw error;
    throw new InvalidPlanError([...error.problems, problem('config.none', [], `no agents are known: ${NO_CONFIG}`)]);
  }
}
