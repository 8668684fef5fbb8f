// Looks after a server for as long as somebody in this process uses it: when it has died it is started again, so that a run
// goes on without anyone coming to see.
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from './process-identity.js';
import { reasonOf } from './unreachable.js';

/** How long a run stands still before its server starts again, beside the second or two that this takes. */
const LOOK_EVERY_MS = 1_000;

/** What has failed is not mended by trying without a pause. */
const TRY_AGAIN_AFTER_MS = 5_000;

export interface LookAfter {
  /** The process as it is known now. */
  readonly pid: number;
  /** Answers with the pid of the server that runs now. */
  revive(this: void): Promise<number>;
  onTrouble(this: void, message: string): void;
}

/** Until the function that it returns is called, which waits for a start that is under way. Keeps no process alive. */
export function lookAfter({ pid: first, revive, onTrouble }: LookAfter): () => Promise<void> {
  const over = new AbortController();
  const rest = (ms: number) => pause(ms, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
  const look = async () => {
    for (let pid = first; !over.signal.aborted; await rest(LOOK_EVERY_MS)) {
      if (isAlive(pid)) continue;
      try {
        pid = await revive();
      } catch (error) {
        onTrouble(`the Temporal server has ended, and could not be started again: ${reasonOf(error)}`);
        await rest(TRY_AGAIN_AFTER_MS);
      }
    }
  };
  const looking = look();
  return async () => {
    over.abort();
    await looking;
  };
}
