// Messages from a breaker or a pool to one worker, by the Task Queue that this worker alone polls.

/** The name of the activity. It is part of histories, and never changes. */
export const HEAR = 'hear';

export interface WorkerMessage {
  /** The Id of the Workflow that sends it. */
  readonly from: string;
  readonly message: unknown;
}
