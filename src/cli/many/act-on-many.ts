// Does the same to each of the runs that a query finds, after a person has confirmed it.
import pMap from 'p-map';
import { findRuns, type FindRuns } from '../../client/find-runs.js';
import { defined } from '../../domain/json/defined.js';
import { visibleLine } from '../../domain/text/visible.js';
import type { JsonOption, ServerOptions } from '../arguments/options.js';
import { withAgents, withSession } from '../session/with-session.js';
import type { Session } from '../session/session.js';
import { confirm } from '../terminal/confirm.js';
import { errorSummary } from '../terminal/errors.js';
import { columnsOf } from '../terminal/fit.js';
import type { Io } from '../terminal/io.js';
import { textTable } from '../terminal/text-table.js';
import type { ManyOptions } from './options.js';

export interface Many<T extends object> extends FindRuns {
  /** The name of the command. */
  readonly did: 'cancel' | 'retry' | 'rerun';
  /** `cancel 3 runs` */
  readonly verb: string;
  /** Whether it needs the agents of the configuration. */
  readonly needsAgents?: true;
  /** What has been done to a run, for the table. */
  readonly text: (done: T) => string;
  /** Throws what keeps the command from being done to any run. */
  readonly check?: (session: Session) => Promise<void>;
  readonly act: (id: string, session: Session) => Promise<T>;
}

/** Runs that are named in the question. */
const MAX_NAMED = 5;

const DONE = { cancel: 'cancelled', retry: 'retried', rerun: 'run again' } as const;

/** Runs that are acted on at the same time. */
const CONCURRENCY = 10;

type Outcome<T> = { readonly runId: string } & (
  | ({ readonly ok: true } & T)
  | { readonly ok: false; readonly error: { readonly type: string; readonly message: string } }
);

/** Exit code 1 if it could not be done to some run, or was not confirmed. */
export async function actOnMany<T extends object>(
  io: Io,
  options: ServerOptions & JsonOption & ManyOptions,
  { did, query, which, verb, needsAgents, text, check, act }: Many<T>,
): Promise<void> {
  const open = needsAgents === true ? withAgents : withSession;
  await open(io, options, async (session: Session) => {
    const ids = await findRuns(session.baton.client, { query, which });
    const report = (runs: readonly Outcome<T>[]): void => {
      if (options.json === true) io.printJson({ did, query, ...defined({ reason: options.reason }), runs });
    };
    if (ids.length === 0) {
      io.note(`the query finds no run ${which === 'open' ? 'in progress' : 'that has ended'}`);
      return report([]);
    }
    await check?.(session);
    if (options.yes !== true && !(await confirm(io, question(verb, ids), `${verb} many runs`))) {
      io.note('nothing was done');
      io.exitCode = 1;
      return report([]);
    }
    const actOnOne = async (runId: string): Promise<Outcome<T>> => {
      try {
        return { runId, ok: true, ...(await act(runId, session)) };
      } catch (error) {
        return { runId, ok: false, error: errorSummary(error) };
      }
    };
    const outcomes = await pMap(ids, actOnOne, { concurrency: CONCURRENCY });
    const failed = outcomes.filter(({ ok }) => !ok).length;
    if (failed > 0) io.exitCode = 1;
    if (options.json !== true) io.print(tableOf(outcomes, text, columnsOf(io.stdout)));
    io.note(`${DONE[did]}: ${count(outcomes.length - failed)}${failed === 0 ? '' : `; failed: ${count(failed)}`}`);
    report(outcomes);
  });
}

const count = (runs: number): string => `${runs} ${runs === 1 ? 'run' : 'runs'}`;

function question(verb: string, ids: readonly string[]): string {
  const named = ids.slice(0, MAX_NAMED).map(visibleLine).join(', ');
  const more = ids.length > MAX_NAMED ? `, and ${ids.length - MAX_NAMED} more` : '';
  return `${verb} ${count(ids.length)} (${named}${more})?`;
}

function tableOf<T extends object>(outcomes: readonly Outcome<T>[], text: Many<T>['text'], width: number): string {
  const rows = outcomes.map((outcome) => [outcome.runId, outcome.ok ? text(outcome) : outcome.error.message]);
  const cells = [['RUN', 'RESULT'], ...rows].map((row) => row.map(visibleLine));
  return textTable(cells, { width, cut: { RESULT: 20 } });
}
