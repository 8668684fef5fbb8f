import type { TaskKind } from '../plan/plan.js';
import type { TaskStatus } from '../task-status.js';

export interface PictureTask {
  readonly id: string;
  readonly kind: TaskKind;
  /** One line: the agent's type, the title of an approval, a duration, … */
  readonly label: string;
  readonly needs: readonly string[];
  /** Absent in the picture of a plan. */
  readonly status?: TaskStatus;
  /** `attempt 2 · 3.4s`, `40 of 120 items`. */
  readonly detail?: string;
  /** Why it failed, in full; one line. `detail` ends with it. */
  readonly why?: string;
  /** What a running task waits for, in one line: a person, an event, a time, a breaker, … */
  readonly waits?: string;
  /** How its agent is reached: `function`, `http`, `command`, …; absent if it is not known, or if several agents do the task. */
  readonly agentKind?: string;
  readonly forEach?: boolean;
  /** True if the task has a `when`. */
  readonly conditional?: boolean;
  readonly compensates?: boolean;
}

/** Times are in milliseconds since 1970. */
export interface DrawnRun {
  readonly id: string;
  readonly startedAt: number;
  /** When the picture was made, or when the run ended. */
  readonly now: number;
  readonly isOpen: boolean;
  /** The run's page in the Temporal Web UI, if there is a Web UI. */
  readonly page?: string;
}

export interface Picture {
  readonly name: string;
  /** The status of the run; absent in the picture of a plan. */
  readonly status?: string;
  /** What a run in progress does, if its status does not say it. */
  readonly state?: string;
  /** Which run it is and when it ran, why it failed, what it waits for: one line each. Absent in the picture of a plan. */
  readonly notes?: readonly string[];
  /** Which run it is. Absent in the picture of a plan. */
  readonly run?: DrawnRun;
  readonly tasks: readonly PictureTask[];
}
