import type { Command } from 'commander';
import { defined } from '../../domain/json/defined.js';
import { readQuery, withQuery, type ManyOptions } from '../many/options.js';
import { UsageError } from '../terminal/errors.js';
import type { Io } from '../terminal/io.js';
import { withRunOptions, type RunOptions } from '../run/options.js';
import { executeStart } from '../run/start.js';
import { withRun } from '../session/with-session.js';

interface RerunOptions extends RunOptions, ManyOptions {
  readonly from?: readonly string[];
  readonly plan?: string;
}

export function define(command: Command, io: Io): void {
  const named = withRunOptions(command.argument('[run]', 'the id of the old run'), 'default: the input of the old run');
  withQuery(named)
    .option('--from <task...>', 'run these tasks and everything that depends on them again, even if unchanged')
    .option('--plan <file>', 'a plan file, YAML or JSON; default: the plan of the old run')
    .action(async (id: string | undefined, _options: RerunOptions, self: Command) => {
      const options = self.optsWithGlobals<RerunOptions>();
      const query = readQuery([id], options);
      if (query === undefined) await rerunOne(io, id!, options);
      else await rerunMany(io, query, options);
    });
}

async function rerunOne(io: Io, id: string, options: RerunOptions): Promise<void> {
  const { from, plan, reason } = options;
  const [{ prepareStart }, { readPlanFile }, { placingProblems }] = await Promise.all([
    import('../run/prepare.js'),
    import('../../plan-file.js'),
    import('../validate/places.js'),
  ]);
  // This session keeps the server of the old run until the new run has ended.
  await withRun(io, { id, options }, async (run, { baton }) => {
    const old = await baton.startOf(run.id);
    const readPlan = () => (plan === undefined ? old.plan : readPlanFile(plan));
    const prepare = () => prepareStart(io, readPlan, options, { run: run.id, old, ...defined({ from, reason }) });
    await executeStart(io, await (plan === undefined ? prepare() : placingProblems(plan, prepare)));
  });
}

/** The settings of one run. */
const OF_ONE = ['id', 'input', 'budget', 'tenant', 'weight', 'onConflict', 'onInterrupt'] as const;

async function rerunMany(io: Io, query: string, options: RerunOptions): Promise<void> {
  const wrong = OF_ONE.find((key) => options[key] !== undefined);
  if (wrong !== undefined) {
    const name = wrong.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError([`--${name}: not possible with --query: each run keeps its own settings`]);
  }
  const { from, plan, reason } = options;
  const [{ actOnMany }, { requireWorker }, { loadProjectConfig }] = await Promise.all([
    import('../many/act-on-many.js'),
    import('../run/detached.js'),
    import('../session/load-config.js'),
  ]);
  const taskQueue = options.taskQueue ?? (await loadProjectConfig(io, options.config))?.taskQueue;
  await actOnMany<{ newRunId: string }>(io, options, {
    ...{ did: 'rerun', verb: 'rerun', query, which: 'ended', needsAgents: true },
    text: ({ newRunId }) => `started ${newRunId}`,
    check: ({ baton }) => requireWorker(baton, taskQueue, '--query'),
    act: async (runId, { baton }) => {
      const { id } = await baton.rerun(runId, defined({ plan, from, taskQueue, reason }));
      return { newRunId: id };
    },
  });
}
