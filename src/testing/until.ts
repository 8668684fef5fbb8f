// Waits until a task of a run has a state.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunHandle } from '../client/run-handle.js';
import { didYouMean, knownHere, shown } from '../domain/problem.js';
import type { RunResult, TaskResult } from '../domain/run/result.js';
import { TaskStatus } from '../domain/task-status.js';

/** `waiting`: for a person, an event, or a person in another system. `ended`: however. Or a status. */
export type AwaitedState = 'waiting' | 'ended' | TaskStatus;

export interface UntilOptions {
  /** Milliseconds of real time. Default 30,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** A query of a run takes a few milliseconds. */
const PAUSE_MS = 20;

const OPEN: readonly TaskStatus[] = ['pending', 'running', 'retrying'];

export interface Until {
  readonly run: RunHandle;
  readonly task: string;
  readonly states: readonly AwaitedState[];
  readonly timeoutMs?: number | undefined;
  /** Skips time to the next timer of the run, if it can and the run waits for nothing else. */
  readonly skipTime: (run: RunHandle) => Promise<void>;
}

/** Returns the task in that state. Throws if the run ends without it, or the time is over. */
export async function untilTask({
  run,
  task,
  states,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  skipTime,
}: Until): Promise<TaskResult> {
  checkStates(states);
  const wanted = states.join(' or ');
  const end = Date.now() + timeoutMs;
  for (;;) {
    const seen = await run.snapshot();
    const found = seen.tasks[task];
    if (found === undefined && seen.omittedTasks === undefined) throw unknownTask(seen, task);
    if (found !== undefined && states.some((state) => isIn(seen, task, found, state))) return found;
    const now = `run ${shown(run.id)}: task ${shown(task)} is ${found?.status ?? 'left out of the result'}`;
    if (isOver(seen))
      throw new Error(`${now}, and the run has ended as ${seen.status}; expected the task to be ${wanted}${why(seen)}`);
    if (Date.now() >= end) {
      throw new Error(
        `${now} after ${timeoutMs} ms; expected it to be ${wanted}; the run is ${seen.state ?? seen.status}${waitsOf(seen)}`,
      );
    }
    await skipTime(run);
    await sleep(PAUSE_MS);
  }
}

function isIn({ waiting = [] }: RunResult, id: string, { status }: TaskResult, state: AwaitedState): boolean {
  if (state === 'waiting') return waiting.some(({ task }) => task === id);
  return state === 'ended' ? !OPEN.includes(status) : status === state;
}

const isOver = ({ status }: RunResult): boolean => status !== 'running' && status !== 'paused';

const why = ({ failure }: RunResult): string => (failure === null ? '' : `; ${failure.type}: ${failure.message}`);

const waitsOf = ({ waiting = [] }: RunResult): string =>
  waiting.length === 0 ? '' : `, for ${waiting.map(({ task, title }) => `${task ?? 'the run'}: ${title}`).join('; ')}`;

function unknownTask({ tasks, plan }: RunResult, task: string): TypeError {
  const ids = Object.keys(tasks);
  return new TypeError(
    `expected the id of a task of the plan ${shown(plan)}, got ${shown(task)}; ${didYouMean(task, ids) ?? knownHere(ids)}`,
  );
}

function checkStates(states: readonly string[]): void {
  const known = ['waiting', 'ended', ...TaskStatus.options];
  for (const state of states) {
    if (known.includes(state)) continue;
    throw new TypeError(
      `expected a state of a task, got ${shown(state)}; ${didYouMean(state, known) ?? knownHere(known)}`,
    );
  }
}
