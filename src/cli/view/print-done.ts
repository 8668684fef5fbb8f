// The confirmation that a command prints once a run has received its message.
import type { EventDelivery } from '../../client/messages.js';
import type { BudgetAddition } from '../../domain/budget/budget.js';
import { visibleLine } from '../../domain/text/visible.js';
import type { Io } from '../terminal/io.js';
import { shellWord } from '../terminal/shell-word.js';

/** The document that `--json` prints. `did` is the name of the command, or `reject`. */
export type Done =
  | { readonly did: 'pause' | 'resume' | 'cancel'; readonly runId: string }
  | { readonly did: 'approve' | 'reject' | 'retry' | 'skip'; readonly runId: string; readonly task: string }
  | ({ readonly did: 'event'; readonly runId: string } & EventDelivery)
  | { readonly did: 'budget'; readonly runId: string; readonly add: BudgetAddition };

export function printDone(io: Io, done: Done, { json }: { json?: boolean | undefined }): void {
  if (json === true) io.printJson(done);
  else io.note(visibleLine(doneText(done)));
}

export function doneText(done: Done): string {
  const { runId } = done;
  switch (done.did) {
    case 'pause':
      return `run ${runId} is paused: no task starts, tasks in progress continue`;
    case 'resume':
      return `run ${runId} is resumed`;
    case 'cancel':
      return `run ${runId} is cancelling; it undoes its work first: baton status ${shellWord(runId)} --watch`;
    case 'approve':
      return `approved: ${done.task}`;
    case 'reject':
      return `rejected: ${done.task}`;
    case 'retry':
      return `retried: ${done.task}`;
    case 'skip':
      return `skipped: ${done.task}`;
    case 'event':
      return eventText(done);
    case 'budget':
      return `budget of run ${runId} raised`;
  }
  return done satisfies never;
}

function eventText({ event, state, tasks }: EventDelivery): string {
  const names = tasks.join(' or ');
  switch (state) {
    case 'taken':
      return `delivered: ${event}; task ${names} was waiting for it`;
    case 'kept':
      return tasks.length === 0
        ? `kept: ${event}; no task waits for it now, and it is not known yet whether one will`
        : `kept: ${event}; no task waits for it now, task ${names} will`;
    case 'repeated':
      return `received before: ${event}; the run has an event with this id already, and takes it once`;
    case 'sent':
      return `sent: ${event}; the worker is older than this program and does not report whether a task takes it`;
  }
  return state satisfies never;
}
