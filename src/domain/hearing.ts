// How a Workflow that workers share says something to one of them: each worker polls a Task Queue of its own.

/** The name of the activity: it is history, and never changes. */
export const HEAR = 'hear';

export interface Heard {
  /** The Workflow that says it. */
  readonly from: string;
  readonly message: unknown;
}
