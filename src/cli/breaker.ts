import type { Command } from 'commander';
import type { BreakerHandle, BreakerLook } from '../client/breaker.js';
import type { ListedBreaker } from '../client/breakers.js';
import type { Io } from './io.js';
import { parseName, withJson, withServer, withTaskQueue, type JsonOption, type ServerOptions } from './options.js';
import { UsageError } from './refusal.js';
import type { Session } from './session.js';
import { withSession } from './with-session.js';

interface BreakerOptions extends ServerOptions, JsonOption {
  readonly taskQueue?: string;
  readonly open?: boolean;
  readonly close?: boolean;
  readonly reset?: boolean;
  readonly for?: string;
}

const TURNS = ['open', 'close', 'reset'] as const;
type Turn = (typeof TURNS)[number];

export function define(command: Command, io: Io): void {
  withJson(withTaskQueue(withServer(command.argument('[agent]', 'the type of an agent; default all that have one'))))
    .option('--open', 'let no call through')
    .option('--for <duration>', 'with --open: for so long, then let calls try')
    .option('--close', 'let every call through, however they go')
    .option('--reset', 'close it, and leave it to its own judgement')
    .action(async (agent: string | undefined, options: BreakerOptions) => {
      const turn = await readTurn(agent, options);
      const looks = await withSession(io, options, async (session) =>
        turn === undefined ? await find(session, agent, options) : [await act(session, agent!, options, turn)],
      );
      if (options.json === true) return io.printJson({ breakers: looks });
      if (looks.length === 0) return io.note('no breakers: no agent that is configured has one');
      const { breakerTable } = await import('./view/breaker-table.js');
      io.print(breakerTable(looks, io.colours(io.stdout)));
    });
}

/** Checked before a server is looked for. Throws UsageError. */
async function readTurn(agent: string | undefined, options: BreakerOptions): Promise<Turn | undefined> {
  const { Duration } = await import('../domain/duration.js');
  const asked = TURNS.filter((turn) => options[turn] === true);
  const names = asked.map((turn) => `--${turn}`);
  const problems: string[] = [];
  if (asked.length > 1) problems.push(`expected one of --open, --close and --reset, got ${names.join(' and ')}`);
  else if (asked.length > 0 && agent === undefined)
    problems.push(`${names[0]}: expected the type of an agent, got none`);
  const { for: during } = options;
  if (during !== undefined && options.open !== true) problems.push('--for: expected beside --open');
  const { error } = Duration.optional().safeParse(during);
  if (error !== undefined) problems.push(`--for: ${error.issues[0]!.message}`);
  if (problems.length > 0) throw new UsageError(problems);
  if (agent !== undefined) parseName('AGENT', agent);
  return asked[0];
}

async function find(
  { baton }: Session,
  agent: string | undefined,
  { taskQueue }: BreakerOptions,
): Promise<ListedBreaker[]> {
  if (agent !== undefined && taskQueue !== undefined) return [await baton.breaker(agent, { taskQueue }).state()];
  const all = await baton.breakers();
  const found = all.filter(
    (one) => (agent ?? one.agent) === one.agent && (taskQueue ?? one.taskQueue) === one.taskQueue,
  );
  // Says that there is none, and why.
  return found.length > 0 || agent === undefined ? found : [await baton.breaker(agent).state()];
}

async function act(session: Session, agent: string, options: BreakerOptions, turn: Turn): Promise<BreakerLook> {
  const found = await find(session, agent, options);
  if (found.length > 1) {
    const queues = found.map(({ taskQueue }) => JSON.stringify(taskQueue)).join(', ');
    throw new UsageError([
      `agent ${JSON.stringify(agent)} has a breaker on each of ${queues}; name one with --task-queue`,
    ]);
  }
  const breaker: BreakerHandle = session.baton.breaker(agent, { taskQueue: found[0]!.taskQueue });
  return turn === 'open' ? await breaker.open(options.for) : await breaker[turn]();
}
