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
  readonly forEach?: boolean;
  /** True if the task has a `when`. */
  readonly conditional?: boolean;
  readonly compensates?: boolean;
}

export interface Picture {
  readonly name: string;
  /** The status of the run; absent in the picture of a plan. */
  readonly status?: string;
  /** What a run in progress does, if its status does not say it. */
  readonly state?: string;
  /** Which run it is and when it ran, why it failed, what it waits for: one line each. Absent in the picture of a plan. */
  readonly notes?: readonly string[];
  readonly tasks: readonly PictureTask[];
}
