/** The Task Queue of a run or a worker that does not name one. */
export const DEFAULT_TASK_QUEUE = 'baton';
