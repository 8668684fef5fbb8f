// The ear of a worker: a Task Queue that only this worker polls, by which Workflows that it shares with others (a breaker, a
// pool) reach it at once.
import { randomUUID } from 'node:crypto';
import { HEAR, type Heard } from '../domain/hearing.js';

export interface Ear {
  /** The name of the Task Queue, and of the worker wherever workers are told apart. */
  readonly queue: string;
  /** What the worker of that queue is made with. */
  readonly activities: { readonly [HEAR]: (heard: Heard) => Promise<void> };
  /** One listener for each Workflow. What nobody listens to is dropped: what is said is also in the answers to what is asked. */
  listen(from: string, listener: (message: unknown) => void): void;
}

export function createEar(): Ear {
  const listeners = new Map<string, (message: unknown) => void>();
  return {
    queue: `baton-worker/${randomUUID()}`,
    activities: {
      async [HEAR]({ from, message }) {
        listeners.get(from)?.(message);
      },
    },
    listen: (from, listener) => void listeners.set(from, listener),
  };
}
