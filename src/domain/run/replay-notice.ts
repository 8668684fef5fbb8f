// The sink that Workflow code calls when it is replayed from the beginning of its history. `createWorker` registers it.

/** The name of the sink. */
export const REPLAY_SINK = 'batonReplays';

export type ReplaySinks = {
  readonly [REPLAY_SINK]: {
    /** Called once for each replay. */
    began(): void;
  };
};
