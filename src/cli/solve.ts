import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { LoadedConfig } from '../config/load.js';
import type { FailureType } from '../domain/failure.js';
import type { Decompose, Plan } from '../domain/plan.js';
import type { RunResult } from '../domain/run-result.js';
import type { Io } from './io.js';
import { parseWhole } from './options.js';
import { UsageError } from './refusal.js';
import { runPrepared, withRunOptions, type RunOptions } from './run.js';

interface SolveOptions extends RunOptions {
  readonly planner?: string;
  readonly agents?: string;
  readonly approve?: boolean;
  readonly dryRun?: boolean;
  readonly replans?: number;
  readonly out?: string;
}

/** The one task of the run. */
const TASK = 'solve';
const MAX_NAME = 60;

export function define(command: Command, io: Io): void {
  withRunOptions(command.argument('<goal>', 'what is to be reached, in plain words'))
    .option('--planner <type>', 'the agent that plans; default: planner of the configuration')
    .option('--agents <types>', 'the agents that the plan may call, with commas between; default: all')
    .option('--approve', 'ask a person before the plan is run')
    .option('--replans <n>', 'have a plan that fails planned anew, so often', (value) =>
      parseWhole('--replans', value, 1, 10),
    )
    .option('--dry-run', 'print the plan, and do not run it')
    .option('--out <file>', 'write the plan there, as YAML or JSON')
    .action(async (goal: string, _options: SolveOptions, self: Command) => {
      const options = self.optsWithGlobals<SolveOptions>();
      if (goal.trim() === '') throw new UsageError(['goal: expected what is to be reached, got nothing']);
      const { prepare } = await import('./run/prepare.js');
      const prepared = await prepare(io, (config) => planFor(goal, options, config), options);
      const { out } = options;
      let next: string | undefined;
      const onEnd = async (result: RunResult) => {
        next = nextAfter(result);
        if (out !== undefined) await write(io, out, result);
      };
      await runPrepared(io, { ...prepared, onEnd });
      if (next !== undefined && options.quiet !== true) io.note(`  next: ${next}`);
    });
}

const OTHER_WORDS = 'say the goal in other words, or ask another planner with --planner';

/** What may help where no plan was made, and the failure does not say so itself. */
const NEXT: Partial<Record<FailureType, string>> = {
  PlanRejected: OTHER_WORDS,
  ModelRefused: OTHER_WORDS,
  ContentFiltered: OTHER_WORDS,
  OutputTooLarge: 'set a smaller goal, or ask another planner with --planner',
  Overloaded: 'try again later, or let the planner try longer with its retry',
  AgentFailed: 'try again later, or ask another planner with --planner',
  Unreachable: 'see whether the planner can be reached from the worker',
  Timeout: 'give the planner more time with its timeout',
};

function nextAfter({ tasks }: RunResult): string | undefined {
  const { plan, failure = null } = tasks[TASK] ?? {};
  return plan !== undefined || failure === null ? undefined : NEXT[failure.type];
}

function planFor(goal: string, options: SolveOptions, config: LoadedConfig | undefined): Plan {
  const planner = options.planner ?? config?.planner;
  if (planner === undefined) {
    throw new UsageError([
      'no planner: name an agent with --planner, or as planner in the configuration; "baton agents" lists them',
    ]);
  }
  const decompose: Decompose = {
    // Braces would make it an expression.
    goal: /^\s*\{%/.test(goal) ? ` ${goal}.` : goal,
    planner,
    ...(options.agents === undefined ? {} : { agents: options.agents.split(',').map((type) => type.trim()) }),
    ...(options.approve === true ? { approve: true } : {}),
    ...(options.replans === undefined ? {} : { onFailure: 'replan', replans: options.replans }),
    ...(options.dryRun === true ? { dryRun: true } : {}),
  };
  return {
    name: nameOf(goal),
    description: goal,
    tasks: { [TASK]: { decompose, input: '{% $input %}' } },
    output: `{% $tasks.${TASK}.output %}`,
  };
}

/** The first words, as many as make a name. */
function nameOf(goal: string): string {
  const words = goal.trim().split(/\s+/);
  let name = words.shift()!.slice(0, MAX_NAME);
  for (const word of words) {
    if (name.length + 1 + word.length > MAX_NAME) break;
    name += ` ${word}`;
  }
  return name;
}

async function write(io: Io, file: string, { tasks }: RunResult): Promise<void> {
  const plan = tasks[TASK]?.plan;
  if (plan === undefined) return io.note(`no plan was made: ${file} is not written`);
  const { stringify } = await import('yaml');
  const text = extname(file) === '.json' ? `${JSON.stringify(plan, null, 2)}\n` : stringify(plan);
  try {
    await writeFile(resolve(io.cwd, file), text);
  } catch (error) {
    throw new UsageError([`--out: ${error instanceof Error ? error.message : String(error)}`]);
  }
  io.note(`wrote the plan to ${file}`);
}
