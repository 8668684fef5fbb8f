// One line for each change of a task's status: for logs, pipes and CI.
import { replanLines } from '../../domain/replan-text.js';
import type { RunResult, TaskResult } from '../../domain/run-result.js';
import type { TaskStatus } from '../../domain/status.js';
import type { Io } from '../io.js';
import type { RunFacts } from './run-facts.js';
import { detailOf, timeOf } from './task-row.js';
import type { View } from './view.js';
import { shortOf, waitingFor } from './waiting.js';

export function plainView(io: Io, known: RunFacts, clock: () => number = Date.now): View {
  let facts = known;
  let told = 0;
  let before: ReadonlyMap<string, Standing> = new Map();
  let said: string | undefined;
  let wasShort = false;
  const show = (snapshot: RunResult, tasks = facts.tasks): void => {
    const now = clock();
    facts = { ...facts, tasks };
    const replans = replanLines(snapshot);
    for (const line of replans.slice(told)) io.note(`${clockTime(now)} ${line}`);
    told = replans.length;
    for (const line of changedLines(before, snapshot, facts, now)) io.note(`${clockTime(now)} ${line}`);
    const short = shortOf(snapshot, facts);
    if (!wasShort) for (const line of short) io.note(`${clockTime(now)} paused: ${line}`);
    wasShort = short.length > 0;
    before = new Map(Object.entries(snapshot.tasks).map(([id, task]) => [id, standingOf(task)]));
  };
  return {
    show,
    trouble(message) {
      if (message !== undefined && message !== said) io.note(`${clockTime(clock())} ${message}`);
      said = message;
    },
    close(result) {
      if (result !== undefined) show(result);
    },
  };
}

/** A task that asks a person goes on running. */
type Standing = TaskStatus | 'asking';

const standingOf = ({ status, asks }: TaskResult): Standing => (asks === true ? 'asking' : status);

/** `scan succeeded 3.4s`, `signOff running: waits for an answer: Publish? (baton approve r signOff)`; the oldest first. */
export function changedLines(
  before: ReadonlyMap<string, Standing>,
  { tasks }: Pick<RunResult, 'tasks'>,
  facts: RunFacts,
  now: number,
): string[] {
  const changed = Object.entries(tasks).filter(([id, task]) => standingOf(task) !== (before.get(id) ?? 'pending'));
  const when = ([, { startedAt, endedAt }]: (typeof changed)[number]): string => endedAt ?? startedAt ?? '9';
  return changed
    .sort((a, b) => (when(a) < when(b) ? -1 : when(a) > when(b) ? 1 : 0))
    .map(([id, task]) => {
      const [waiting] = task.status === 'running' ? waitingFor(facts, id, task.asks) : [];
      const detail = waiting === undefined ? detailOf(task) : `${waiting.why} (${waiting.command})`;
      const time = task.endedAt === null ? '' : timeOf(task, now);
      const words = [id, task.status, ...(time === '' ? [] : [time])].join(' ');
      return detail === '' ? words : `${words}: ${detail}`;
    });
}

const two = (number: number): string => String(number).padStart(2, '0');

const clockTime = (ms: number): string => {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
};
