import { extname } from 'node:path';
import type { Command } from 'commander';
import type { LoadedConfig } from '../session/load-config.js';
import type { FailureType } from '../../domain/failure.js';
import type { Decompose, Plan } from '../../domain/plan/plan.js';
import type { RunResult } from '../../domain/run/result.js';
import { visibleName } from '../../domain/text/visible.js';
import type { Io } from '../terminal/io.js';
import { parseWhole } from '../arguments/options.js';
import { UsageError } from '../terminal/errors.js';
import { writeOutput } from '../terminal/write-output.js';
import { withRunOptions, type RunOptions } from '../run/options.js';
import { executeStart } from '../run/start.js';

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
  withRunOptions(command.argument('<goal>', 'the goal, in plain words'))
    .option('--planner <type>', 'the agent that makes the plan; default: planner of the configuration')
    .option('--agents <types>', 'the agents that the plan may call, separated by commas; default: all')
    .option('--approve', 'wait for a person to approve the plan before it runs')
    .option('--replans <n>', 'maximum number of new plans if the plan fails', (value) =>
      parseWhole('--replans', value, 1, 10),
    )
    .option('--dry-run', 'print the plan without running it')
    .option('--out <file>', 'write the plan to this file, as YAML or JSON')
    .action(async (goal: string, _options: SolveOptions, self: Command) => {
      const options = self.optsWithGlobals<SolveOptions>();
      if (goal.trim() === '') throw new UsageError(['goal: expected text, got nothing']);
      const { prepareStart } = await import('../run/prepare.js');
      const prepared = await prepareStart(io, (config) => planFor(goal, options, config), options);
      const { out } = options;
      let advice: string | undefined;
      const onEnd = async (result: RunResult) => {
        advice = adviceAfter(result);
        if (out !== undefined) await write(io, out, result);
      };
      await executeStart(io, { ...prepared, onEnd });
      if (advice !== undefined && options.quiet !== true) io.note(`  next: ${advice}`);
    });
}

const REPHRASE = 'rephrase the goal, or use another planner with --planner';

/** Advice if no plan was made, for failures whose message has none. */
const ADVICE: Partial<Record<FailureType, string>> = {
  PlanRejected: REPHRASE,
  ModelRefused: REPHRASE,
  ContentFiltered: REPHRASE,
  OutputTooLarge: 'set a smaller goal, or use another planner with --planner',
  Overloaded: 'try again later, or let the planner retry for longer with its retry setting',
  AgentFailed: 'try again later, or use another planner with --planner',
  NoAnswer: 'try again later, or use another planner with --planner',
  Unreachable: 'check that the worker can reach the planner',
  Timeout: 'give the planner more time with its timeout setting',
};

function adviceAfter({ tasks }: RunResult): string | undefined {
  const { plan, failure = null } = tasks[TASK] ?? {};
  return plan !== undefined || failure === null ? undefined : ADVICE[failure.type];
}

function planFor(goal: string, options: SolveOptions, config: LoadedConfig | undefined): Plan {
  const planner = options.planner ?? config?.planner;
  if (planner === undefined) {
    throw new UsageError([
      'no planner: name an agent with --planner, or as planner in the configuration; "baton agents" lists them',
    ]);
  }
  const decompose: Decompose = {
    // A goal that begins with braces would be read as an expression.
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

/** The first words of the goal, up to the maximum length of a name. */
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
  if (plan === undefined) return io.note(`no plan was made: ${visibleName(file)} is not written`);
  const { stringify } = await import('yaml');
  const text = extname(file) === '.json' ? `${JSON.stringify(plan, null, 2)}\n` : stringify(plan);
  await writeOutput(io, '--out', file, text);
  io.note(`wrote the plan to ${visibleName(file)}`);
}
