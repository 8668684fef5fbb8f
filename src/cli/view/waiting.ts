// What a run waits for: people, events, a larger budget, with the command that answers each.
import { waitOfTask, waitsOf, waitText, type Waiting } from '../../domain/run/waiting.js';
import type { RunResult, TaskResult } from '../../domain/run/result.js';
import type { RunFacts } from './run-facts.js';
import { pathWithin, type SeenRun } from './seen-run.js';

type Snapshot = Pick<RunResult, 'tasks' | 'waiting' | 'state' | 'pausedBecause'>;

/** From the snapshot, or, if the worker of the run is older and does not report it, from the plan. */
export const waitsOfRun = (snapshot: Snapshot, { id, tasks }: RunFacts): readonly Waiting[] =>
  snapshot.waiting ??
  (snapshot.state === undefined ? waitsOf({ ...snapshot, runId: id }, (task) => tasks.get(task)) : []);

/** What the run and its sub-plans wait for. The commands name the sub-plan that waits. */
export function waitsBelow(snapshot: Snapshot, facts: RunFacts, subRuns: readonly SeenRun[]): readonly Waiting[] {
  const own = waitsOfRun(snapshot, facts).filter(({ run }) => run === undefined);
  const ofSubRuns = subRuns.flatMap((sub) => waitsOfRun(sub.snapshot, sub.facts).map((one) => within(facts, sub, one)));
  // A budget that a sub-plan lacks pauses its run: one addition helps both.
  const isShort = own.some((one) => one.for === 'budget');
  return [...own, ...ofSubRuns.filter((one) => !isShort || one.for !== 'budget')];
}

/** A run whose sub-plan waits for an answer waits for it, too. */
export function withStateBelow(snapshot: RunResult, facts: RunFacts, subRuns: readonly SeenRun[]): RunResult {
  const isBelow = snapshot.status === 'running' && subRuns.some((sub) => sub.snapshot.state === 'waiting');
  const { state = isBelow ? 'waiting' : undefined } = snapshot;
  return state === 'waiting' && isBelow
    ? { ...snapshot, state, waiting: [...waitsBelow(snapshot, facts, subRuns)] }
    : snapshot;
}

const within = (facts: RunFacts, sub: SeenRun, waiting: Waiting): Waiting => ({
  ...waiting,
  run: sub.facts.id,
  task: [pathWithin(facts, sub), ...(waiting.task === undefined ? [] : [waiting.task])].join('/'),
});

/** `signOff waits for an answer: Publish?`, `paused: the budget is too small for the next task; raise it, or cancel the run` */
export const waitLine = (waiting: Waiting): string =>
  waiting.for === 'budget'
    ? `${waiting.task === undefined ? '' : `${waiting.task} `}paused: ${waitText(waiting)}; raise it, or cancel the run`
    : `${waiting.task ?? ''} ${waitText(waiting)}`;

/** What one task waits for, as a part of a line about it. */
export function waitOf(task: string, result: TaskResult, { id, tasks }: RunFacts): Waiting | undefined {
  const about = result.status === 'running' ? tasks.get(task) : undefined;
  return about === undefined ? undefined : waitOfTask(id, task, about, result);
}
