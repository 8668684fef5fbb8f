// Restarts the embedded server if it ends while this process uses it, so that runs continue.
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from '../system/process-identity.js';
import { firstLineOf } from '../system/system-error.js';

/** How soon a dead server is noticed; a restart takes another second or two. */
const CHECK_EVERY_MS = 1_000;

/** The pause after a failed restart. */
const RETRY_AFTER_MS = 5_000;

export interface Supervision {
  /** The pid of the server now. */
  readonly pid: number;
  /** Starts the server, and resolves to its pid. */
  restart(this: void): Promise<number>;
  onProblem(this: void, message: string): void;
}

/** Returns a function that stops the supervision, and waits for a restart in progress. Does not keep the process alive. */
export function supervise({ pid: first, restart, onProblem }: Supervision): () => Promise<void> {
  const over = new AbortController();
  const rest = (ms: number) => pause(ms, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
  const watch = async () => {
    for (let pid = first; !over.signal.aborted; await rest(CHECK_EVERY_MS)) {
      if (isAlive(pid)) continue;
      try {
        pid = await restart();
      } catch (error) {
        onProblem(`the Temporal server has ended, and could not be started again: ${firstLineOf(error)}`);
        await rest(RETRY_AFTER_MS);
      }
    }
  };
  const watching = watch();
  return async () => {
    over.abort();
    await watching;
  };
}
