import { defined } from '../../domain/json/defined.js';
import type { Command } from 'commander';
import type { BreakerHandle, BreakerStatus } from '../../client/breaker.js';
import type { ListedBreaker } from '../../client/breakers.js';
import { DEFAULT_TASK_QUEUE } from '../../domain/task-queue.js';
import type { Io } from '../terminal/io.js';
import { parseName, withGuardOptions, type GuardOptions } from '../arguments/options.js';
import { UsageError } from '../terminal/errors.js';
import type { Session } from '../session/session.js';
import { withAgents } from '../session/with-session.js';

interface BreakerOptions extends GuardOptions {
  readonly open?: boolean;
  readonly close?: boolean;
  readonly reset?: boolean;
  readonly for?: string;
}

const TURNS = ['open', 'close', 'reset'] as const;
type Turn = (typeof TURNS)[number];

export function define(command: Command, io: Io): void {
  const argument = command.argument('[agent]', 'the type of an agent; default: all breakers');
  withGuardOptions(argument)
    .option('--open', 'let no call through')
    .option('--for <duration>', 'with --open: let calls try again after this time')
    .option('--close', 'let every call through, whether calls fail or not')
    .option('--reset', 'close it, and return to automatic operation')
    .action(async (agent: string | undefined, options: BreakerOptions) => {
      const turn = await readTurn(agent, options);
      const breakers = await withAgents(io, options, async (session) =>
        turn === undefined ? await find(session, agent, options) : [await act(session, agent!, options, turn)],
      );
      if (options.json === true) return io.printJson({ breakers });
      if (breakers.length === 0) return io.note('no breakers: no configured agent has one');
      const [{ breakerTable }, { columnsOf }] = await Promise.all([
        import('../view/breaker-table.js'),
        import('../terminal/fit.js'),
      ]);
      io.print(breakerTable(breakers, io.colours(io.stdout), columnsOf(io.stdout)));
    });
}

/** Checked before a server is searched. Throws UsageError. */
async function readTurn(agent: string | undefined, options: BreakerOptions): Promise<Turn | undefined> {
  const { Duration } = await import('../../domain/duration.js');
  const chosen = TURNS.filter((turn) => options[turn] === true);
  const names = chosen.map((turn) => `--${turn}`);
  const problems: string[] = [];
  if (chosen.length > 1) problems.push(`expected one of --open, --close and --reset, got ${names.join(' and ')}`);
  else if (chosen.length > 0 && agent === undefined) problems.push(`${names[0]} requires the type of an agent`);
  const { for: during } = options;
  if (during !== undefined && options.open !== true) problems.push('--for requires --open');
  const { error } = Duration.optional().safeParse(during);
  if (error !== undefined) problems.push(`--for: ${error.issues[0]!.message}`);
  if (problems.length > 0) throw new UsageError(problems);
  if (agent !== undefined) parseName('AGENT', agent);
  return chosen[0];
}

async function find({ baton }: Session, agent: string | undefined, options: BreakerOptions): Promise<ListedBreaker[]> {
  const where = projectOf(options);
  if (agent !== undefined && Object.keys(where).length > 0) return [await baton.breaker(agent, where).status()];
  const all = await baton.breakers();
  const { project, taskQueue } = options;
  const found = all.filter(
    (one) =>
      (agent ?? one.agent) === one.agent &&
      (project ?? one.project) === one.project &&
      [undefined, one.taskQueue, one.project, DEFAULT_TASK_QUEUE].includes(taskQueue),
  );
  // Throws an error that explains why there is none.
  return found.length > 0 || agent === undefined ? found : [await baton.breaker(agent).status()];
}

const projectOf = ({ project, taskQueue }: BreakerOptions) => defined({ project, taskQueue });

async function act(session: Session, agent: string, options: BreakerOptions, turn: Turn): Promise<BreakerStatus> {
  const found = await find(session, agent, options);
  const own = session.baton.breaker(agent, projectOf(options));
  const isOurs = found.some(({ project }) => project === own.project);
  if (found.length > 1 && !isOurs) {
    const projects = found.map(({ project }) => JSON.stringify(project)).join(', ');
    throw new UsageError([
      `agent ${JSON.stringify(agent)} has a breaker in each of the projects ${projects}; name one with --project`,
    ]);
  }
  const breaker: BreakerHandle = isOurs ? own : session.baton.breaker(agent, { taskQueue: found[0]!.taskQueue });
  switch (turn) {
    case 'open':
      return await breaker.forceOpen(options.for);
    case 'close':
      return await breaker.forceClosed();
    case 'reset':
      return await breaker.reset();
  }
}
