// What a run in progress does, where its status says only `running` or `paused`: it waits for a person, an event or a larger budget,
// it stops after a cancel, or it undoes its work.
import { z } from 'zod';
import type { Job } from '../call/job.js';
import { BUDGET_EXCEEDED } from '../budget/ledger.js';
import type { TaskKind } from '../plan/plan.js';
import { canBePaused } from '../progress/progress.js';
import type { Progress } from '../progress/state.js';
import { defined } from '../json/defined.js';
import type { Question } from '../question.js';
import { shellWord } from '../text/shell-word.js';
import { truncateEnd } from '../text/truncate.js';
import { visibleLine } from '../text/visible.js';
import type { TaskStatus } from '../task-status.js';

/** Added to `status`, whose values scripts know. More values may come. */
export const RunState = z.enum(['waiting', 'cancelling', 'compensating']);
export type RunState = z.infer<typeof RunState>;

export const Waiting = z.strictObject({
  /** The task that waits; absent if the run does, for a larger budget. */
  task: z.string().optional(),
  /** The run that the command names, if it is not this run: one of its sub-plans. */
  run: z.string().optional(),
  /** `job`: a person must act in another system that does the task. */
  for: z.enum(['person', 'event', 'budget', 'job']),
  /** The title of an approval, the goal of a plan that waits for approval, the name of an event, what a job waits for; one line. */
  title: z.string(),
  /** The description of an approval. */
  description: z.string().optional(),
  /** The command that answers; for a job, the page where a person acts, or the id of the job. */
  command: z.string(),
});
export type Waiting = z.infer<typeof Waiting>;

/** What is known of a task from its plan. */
export interface TaskLabel {
  readonly kind: TaskKind;
  /** One line; the name of an event and the title of an approval may be expressions. */
  readonly label: string;
}

interface Waiter {
  readonly status: TaskStatus;
  /** The plan that a planner made for the task waits for approval. */
  readonly asks?: boolean | undefined;
  /** Absent for a run of the first rules, which does not evaluate it. */
  readonly question?: Question | undefined;
}

export interface WaitingRun {
  readonly runId: string;
  readonly pausedBecause?: string | undefined;
  readonly tasks: Readonly<Record<string, Waiter>>;
}

/** All that a run waits for. `labelOf` gives `undefined` for a task that is not known, and for one that has been answered. */
export function waitsOf(run: WaitingRun, labelOf: (task: string) => TaskLabel | undefined): Waiting[] {
  const { runId, pausedBecause, tasks } = run;
  const ofTasks = Object.entries(tasks).flatMap(([task, waiter]) => {
    const about = waiter.status === 'running' ? labelOf(task) : undefined;
    const waiting = about === undefined ? undefined : waitOfTask(runId, task, about, waiter);
    return waiting === undefined ? [] : [waiting];
  });
  return pausedBecause === BUDGET_EXCEEDED ? [...ofTasks, budgetWait(runId)] : ofTasks;
}

/** `undefined` for a task that does not wait for a person or an event. */
export function waitOfTask(
  runId: string,
  task: string,
  { kind, label }: TaskLabel,
  { asks = false, question = {} }: Pick<Waiter, 'asks' | 'question'>,
): Waiting | undefined {
  const run = shellWord(runId);
  const title = visibleLine(question.title ?? label);
  if (kind === 'approve' || asks) {
    const look = asks ? `baton graph ${run} --task ${task}; ` : '';
    const { description } = question;
    return { task, for: 'person', title, ...defined({ description }), command: `${look}baton approve ${run} ${task}` };
  }
  if (kind !== 'event') return undefined;
  // The value of a name that is an expression may not be known.
  const name = title.startsWith('{%') ? 'NAME' : shellWord(title);
  return { task, for: 'event', title, command: `baton event ${run} ${name}` };
}

/** What jobs in other systems wait for, of the tasks of a run in progress. */
export const jobWaitsOf = (tasks: Readonly<Record<string, { readonly job?: Job | undefined }>>): Waiting[] =>
  Object.entries(tasks).flatMap(([task, { job }]) =>
    job?.state !== 'waiting'
      ? []
      : [{ task, for: 'job', title: visibleLine(job.waitsFor ?? job.id), command: job.link ?? job.id }],
  );

/** A run in progress waits for what its jobs wait for, too. */
export function withJobWaits<
  R extends {
    readonly status: string;
    readonly state?: RunState | undefined;
    readonly waiting?: readonly Waiting[] | undefined;
  },
>(run: R, waits: readonly Waiting[]): R {
  const { status, state = 'waiting', waiting = [] } = run;
  if (waits.length === 0 || status !== 'running' || state !== 'waiting') return run;
  return { ...run, state, waiting: [...waiting, ...waits] };
}

const budgetWait = (runId: string): Waiting => ({
  for: 'budget',
  title: 'the budget is too small for the next task',
  command: `baton budget ${shellWord(runId)} --add JSON`,
});

/** Characters that a line shows of a description. */
const SHOWN_OF_DESCRIPTION = 500;

/** `waits for an answer: Publish? (All pages.)`, `waits for the event paid`. */
export function waitText({ for: what, title, description, command }: Waiting): string {
  if (what === 'budget') return title;
  if (what === 'event') return `waits for the event ${title}`;
  if (what === 'job') return `waits for a person: ${title}, ${visibleLine(command)}`;
  const isPlan = command.startsWith('baton graph ');
  const more = description === undefined ? '' : ` (${truncateEnd(visibleLine(description), SHOWN_OF_DESCRIPTION)})`;
  return `waits for an answer${isPlan ? ' to the plan for' : ''}: ${title}${more}`;
}

/** The state of a run in progress; `hasWaits`: a task of it waits for a person or an event. */
export function runState(progress: Progress, hasWaits: () => boolean): RunState | undefined {
  const { phase, verdict, pausedBecause } = progress;
  if (phase === 'compensating') return 'compensating';
  if (phase === 'ended') return undefined;
  if (verdict === 'cancelled') return 'cancelling';
  if (canBePaused(progress) && pausedBecause === BUDGET_EXCEEDED) return 'waiting';
  return phase === 'running' && hasWaits() ? 'waiting' : undefined;
}

/** The word for people: the state, but `paused` for a paused run, because a pause keeps tasks from starting, whatever others wait for. */
export const shownStatus = <S extends string, T extends string>({
  status,
  state,
}: {
  readonly status: S;
  readonly state?: T | undefined;
}): S | T => (status === 'paused' ? status : (state ?? status));
