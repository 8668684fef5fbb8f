// One line for each change of a task's status: for logs, pipes and CI.
import { replanLines } from '../../domain/replan-text.js';
import type { TaskResult } from '../../domain/run-result.js';
import type { TaskStatus } from '../../domain/status.js';
import type { Io } from '../io.js';
import type { RunFacts } from './run-facts.js';
import { pathWithin, type SeenRun } from './seen-run.js';
import { detailOf, timeOf } from './task-row.js';
import type { View } from './view.js';
import { shortIn, waitingFor } from './waiting.js';

export function plainView(io: Io, clock: () => number = Date.now): View {
  let replans = 0;
  let before: ReadonlyMap<string, Standing> = new Map();
  let said: string | undefined;
  let wasShort = false;
  const show: View['show'] = (run, subRuns) => {
    const { facts, snapshot } = run;
    const now = clock();
    const told = replanLines(snapshot);
    for (const line of told.slice(replans)) io.note(`${clockTime(now)} ${line}`);
    replans = told.length;
    const seen = [...seenTasks(run), ...subRuns.flatMap((sub) => seenTasks(sub, facts))];
    for (const line of changedLines(before, seen, now)) io.note(`${clockTime(now)} ${line}`);
    const short = shortIn(snapshot, facts, subRuns);
    if (!wasShort) for (const line of short) io.note(`${clockTime(now)} paused: ${line}`);
    wasShort = short.length > 0;
    before = new Map(seen.map(({ name, task }) => [name, standingOf(task)]));
  };
  return {
    show,
    trouble(message) {
      if (message !== undefined && message !== said) io.note(`${clockTime(clock())} ${message}`);
      said = message;
    },
    close: () => undefined,
  };
}

/** A task that asks a person goes on running. */
type Standing = TaskStatus | 'asking';

const standingOf = ({ status, asks }: TaskResult): Standing => (asks === true ? 'asking' : status);

export interface SeenTask {
  /** As the lines call it: `scan`, or `solve/scan` in a sub-plan. */
  readonly name: string;
  readonly id: string;
  readonly task: TaskResult;
  /** Of its run. */
  readonly facts: RunFacts;
}

export function seenTasks(run: SeenRun, root?: RunFacts): SeenTask[] {
  const before = root === undefined ? '' : `${pathWithin(root, run)}/`;
  return Object.entries(run.snapshot.tasks).map(([id, task]) => ({
    name: `${before}${id}`,
    id,
    task,
    facts: run.facts,
  }));
}

/** `scan succeeded 3.4s`, `signOff running: waits for an answer: Publish? (baton approve r signOff)`; the oldest first. */
export function changedLines(before: ReadonlyMap<string, Standing>, seen: readonly SeenTask[], now: number): string[] {
  const changed = seen.filter(({ name, task }) => standingOf(task) !== (before.get(name) ?? 'pending'));
  const when = ({ task: { startedAt, endedAt } }: SeenTask): string => endedAt ?? startedAt ?? '9';
  return changed
    .sort((a, b) => (when(a) < when(b) ? -1 : when(a) > when(b) ? 1 : 0))
    .map(({ name, id, task, facts }) => {
      const [waiting] = task.status === 'running' ? waitingFor(facts, id, task.asks) : [];
      const detail = waiting === undefined ? detailOf(task) : `${waiting.why} (${waiting.command})`;
      const time = task.endedAt === null ? '' : timeOf(task, now);
      const words = [name, task.status, ...(time === '' ? [] : [time])].join(' ');
      return detail === '' ? words : `${words}: ${detail}`;
    });
}

const two = (number: number): string => String(number).padStart(2, '0');

const clockTime = (ms: number): string => {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
};
