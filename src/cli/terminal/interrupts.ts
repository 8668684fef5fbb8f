// Handles Ctrl-C, SIGTERM and a closed terminal, for a command that has work to finish first.
// The next signal after the last one that is handled ends the process immediately.

export interface Interrupts {
  stop(this: void): void;
}

export interface InterruptHandlers {
  /** Ctrl-C for the nth time. */
  interrupted(this: void, count: number): void;
  /** How often Ctrl-C is handled before it ends the process; default 2. */
  readonly handled?: number;
  /** SIGTERM, or the terminal was closed. */
  ended(this: void): void;
}

export const HARD_EXIT = 1;
/** The number of signals that are handled: by default the third Ctrl-C, and the second SIGTERM, end the process. */
const HANDLED = { interrupted: 2, ended: 1 } as const;

export function onInterrupts(handlers: InterruptHandlers): Interrupts {
  const counts = { interrupted: 0, ended: 0 };
  const interrupted = (): void => {
    if (++counts.interrupted > (handlers.handled ?? HANDLED.interrupted)) process.exit(HARD_EXIT);
    handlers.interrupted(counts.interrupted);
  };
  const ended = (): void => {
    if (++counts.ended > HANDLED.ended) process.exit(HARD_EXIT);
    handlers.ended();
  };
  // A closed terminal may send SIGHUP more than once.
  const hungUp = (): void => {
    if (counts.ended++ === 0) handlers.ended();
  };
  process.on('SIGINT', interrupted).on('SIGTERM', ended).on('SIGHUP', hungUp);
  return {
    stop() {
      process.off('SIGINT', interrupted).off('SIGTERM', ended).off('SIGHUP', hungUp);
    },
  };
}
