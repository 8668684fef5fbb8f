// Ctrl-C, SIGTERM and a closed terminal, for a command that has something to finish first.
// What comes after the last thing that we know to do ends the process at once.

export interface Interrupts {
  stop(this: void): void;
}

export interface InterruptHandlers {
  /** Ctrl-C, the nth time. */
  interrupted(this: void, count: number): void;
  /** SIGTERM, or the terminal has gone. */
  ended(this: void): void;
}

const HARD_EXIT = 1;
/** The third Ctrl-C, or the second SIGTERM, is from somebody who will not wait. */
const PATIENCE = { interrupted: 2, ended: 1 } as const;

export function onInterrupts(handlers: InterruptHandlers): Interrupts {
  const counts = { interrupted: 0, ended: 0 };
  const interrupted = (): void => {
    if (++counts.interrupted > PATIENCE.interrupted) process.exit(HARD_EXIT);
    handlers.interrupted(counts.interrupted);
  };
  const ended = (): void => {
    if (++counts.ended > PATIENCE.ended) process.exit(HARD_EXIT);
    handlers.ended();
  };
  // A terminal that goes away may say so more than once, and nobody is there to be impatient.
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
