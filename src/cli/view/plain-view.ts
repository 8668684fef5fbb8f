// Prints one line for each change of a task's status, for logs, pipes and CI.
import { replanLines } from '../../domain/run/replan-text.js';
import type { TaskResult } from '../../domain/run/result.js';
import { waitText, type Waiting } from '../../domain/run/waiting.js';
import type { TaskStatus } from '../../domain/task-status.js';
import { visibleLine } from '../../domain/text/visible.js';
import type { Io } from '../terminal/io.js';
import type { RunFacts } from './run-facts.js';
import { pathWithin, type SeenRun } from './seen-run.js';
import { detailOf, timeOf } from './task-row.js';
import type { View } from './view.js';
import { waitLine, waitOf, waitsBelow } from './waiting.js';

export function plainView(io: Io, clock: () => number = Date.now): View {
  let replans = 0;
  let before: ReadonlyMap<string, ShownStatus> = new Map();
  let lastTrouble: string | undefined;
  let shownState: string | undefined;
  let wasShort = false;
  const show: View['show'] = (run, subRuns) => {
    const { facts, snapshot } = run;
    const now = clock();
    const replanned = replanLines(snapshot);
    for (const line of replanned.slice(replans)) io.note(`${clockTime(now)} ${line}`);
    replans = replanned.length;
    const seen = [...seenTasks(run), ...subRuns.flatMap((sub) => seenTasks(sub, facts))];
    for (const line of changedLines(before, seen, now)) io.note(`${clockTime(now)} ${line}`);
    if (snapshot.state !== shownState && (snapshot.state === 'cancelling' || snapshot.state === 'compensating'))
      io.note(`${clockTime(now)} run ${visibleLine(snapshot.runId)} is ${snapshot.state}`);
    shownState = snapshot.state;
    const short = waitsBelow(snapshot, facts, subRuns).filter((one) => one.for === 'budget');
    if (!wasShort) for (const one of short) io.note(`${clockTime(now)} ${waitLine(one)}: ${one.command}`);
    wasShort = short.length > 0;
    before = new Map(seen.map(({ name, task }) => [name, shownStatusOf(task)]));
  };
  return {
    show,
    trouble(message) {
      if (message !== lastTrouble) io.note(`${clockTime(clock())} ${message ?? 'the run continues'}`);
      lastTrouble = message;
    },
    ask(question) {
      if (question !== undefined) io.note(question);
    },
    close: () => undefined,
  };
}

/** A task that waits for the approval of its plan has the status `running`. */
type ShownStatus = TaskStatus | 'asking';

const shownStatusOf = ({ status, asks }: TaskResult): ShownStatus => (asks === true ? 'asking' : status);

export interface SeenTask {
  /** The name in the lines: `scan`, or `solve/scan` in a sub-plan. */
  readonly name: string;
  readonly id: string;
  readonly task: TaskResult;
  /** The facts of its run. */
  readonly facts: RunFacts;
  /** What it waits for, if its run reports that. */
  readonly waiting?: Waiting | undefined;
}

export function seenTasks(run: SeenRun, root?: RunFacts): SeenTask[] {
  const before = root === undefined ? '' : `${pathWithin(root, run)}/`;
  return Object.entries(run.snapshot.tasks).map(([id, task]) => ({
    name: `${before}${id}`,
    id,
    task,
    facts: run.facts,
    waiting: run.snapshot.waiting?.find((one) => one.task === id),
  }));
}

/** `scan succeeded 3.4s`, `signOff running: waits for an answer: Publish? (baton approve r signOff)`, the oldest first. */
export function changedLines(
  before: ReadonlyMap<string, ShownStatus>,
  seen: readonly SeenTask[],
  now: number,
): string[] {
  const changed = seen.filter(({ name, task }) => shownStatusOf(task) !== (before.get(name) ?? 'pending'));
  const when = ({ task: { startedAt, endedAt } }: SeenTask): string => endedAt ?? startedAt ?? '9';
  return changed
    .sort((a, b) => (when(a) < when(b) ? -1 : when(a) > when(b) ? 1 : 0))
    .map(({ name, id, task, facts, waiting = waitOf(id, task, facts) }) => {
      const detail =
        waiting === undefined ? detailOf(task, facts.tasks.get(id), now) : `${waitText(waiting)} (${waiting.command})`;
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
