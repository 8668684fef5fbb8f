// `baton logs`: prints the log of a run, or follows it.
import { RefusedError } from '../../client/errors.js';
import { didYouMean, shown, withHint } from '../../domain/problem.js';
import { readHistory, type Execution } from '../../temporal/history.js';
import { firstRunIdOf } from '../../temporal/chain.js';
import { visibleName } from '../../domain/text/visible.js';
import type { JsonOption, ServerOptions } from '../arguments/options.js';
import { withRun } from '../session/with-session.js';
import type { Session } from '../session/session.js';
import { onInterrupts } from '../terminal/interrupts.js';
import type { Io } from '../terminal/io.js';
import { timeOf } from './attempts.js';
import { logDirectory } from './directory.js';
import { entryLines } from './entry-lines.js';
import { isOf, type LogEntry } from './entry.js';
import { followLogs } from './follow-logs.js';
import { createKeptEntries } from './kept-entries.js';
import { readLogs } from './read-logs.js';

export interface LogsOptions extends ServerOptions, JsonOption {
  readonly follow?: boolean;
  readonly tail?: number;
}

/** The clock of a worker may be behind that of the server. */
const CLOCKS_DIFFER_MS = 60_000;

export async function showLogs(io: Io, id: string, task: string | undefined, options: LogsOptions): Promise<void> {
  await withRun(io, { id, options }, async (run, session, config) => {
    const description = await run.describe();
    const { client } = session.baton;
    const first = { workflowId: id, runId: firstRunIdOf(description) };
    const begun = new Date(Date.parse(await startOf(session, first, description.startTime)) - CLOCKS_DIFFER_MS);
    const directory = logDirectory(io, config, session.server);
    const kept = createKeptEntries(directory, id, begun.toISOString());
    const chosen = (entries: readonly LogEntry[]): LogEntry[] => entries.filter((entry) => isOf(entry, id, task));
    const paint = io.colours(io.stdout);
    const print = (entries: readonly LogEntry[]): void => {
      for (const entry of entries) io.print(entryLines(entry, id, paint).join('\n'));
    };
    if (task !== undefined) await requireTask(session, id, task);
    if (options.follow === true) {
      const elsewhere = await following(({ signal }) =>
        followLogs({
          ...{ client, first, kept, signal },
          show: (entries) => {
            if (options.json !== true) return print(chosen(entries));
            for (const entry of chosen(entries)) io.print(JSON.stringify(entry));
          },
        }),
      );
      return noteElsewhere(io, elsewhere, directory);
    }
    const { entries, elsewhere, unread } = await readLogs(client, first, kept);
    const all = chosen(entries);
    const last = options.tail === undefined ? all : all.slice(-options.tail);
    if (options.json === true) return io.printJson({ runId: id, directory, elsewhere, entries: last });
    print(last);
    if (last.length === 0) io.note(`run ${id}: no attempt of an agent${task === undefined ? '' : ` in ${task}`} yet`);
    if (unread > 0) io.note(`the attempts of ${unread} more sub-plans are not shown: name one of them`);
    noteElsewhere(io, elsewhere, directory);
  });
}

/** The run as it began: an execution that the server has deleted is not there any more. */
async function startOf({ baton }: Session, first: Execution, fallback: Date): Promise<string> {
  try {
    for await (const { eventTime } of readHistory(baton.client, first)) return timeOf(eventTime);
  } catch {
    // Then the present execution says when it started.
  }
  return fallback.toISOString();
}

/** A task of the run, or a path into a sub-plan, which may have any task. Throws RefusedError. */
async function requireTask({ baton }: Session, id: string, task: string): Promise<void> {
  const name = /^\w+/.exec(task)?.[0] ?? task;
  const { tasks } = (await baton.inspect(id)).snapshot;
  if (Object.hasOwn(tasks, name)) return;
  const known = Object.keys((await baton.planOf(id)).tasks);
  if (known.includes(name)) return;
  throw new RefusedError(withHint(`run ${id} has no task ${shown(name)}`, didYouMean(name, known)));
}

async function following<T>(work: (leave: AbortController) => Promise<T>): Promise<T> {
  const leave = new AbortController();
  const interrupts = onInterrupts({ interrupted: () => leave.abort(), ended: () => leave.abort() });
  try {
    return await work(leave);
  } finally {
    interrupts.stop();
  }
}

function noteElsewhere(io: Io, workers: readonly string[], directory: string | false): void {
  if (workers.length === 0) return;
  const names = `${workers.slice(0, 3).join(', ')}${workers.length > 3 ? ` and ${workers.length - 3} more` : ''}`;
  const where = directory === false ? 'kept nowhere (telemetry.logs.keep)' : `not in ${visibleName(directory)}`;
  io.note(
    `what calls logged on ${names} is ${where}: of them you see what the server knows, which includes the last lines of stderr of a failure`,
  );
}
