// Notices that an agent has given no sign of working for too long.
/** The longest delay that a timer of Node.js can have. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface IdleWatch {
  /** A sign of work. */
  active(this: void): void;
  stop(this: void): void;
}

/** Calls `onIdle` once, when `idleMs` have passed since the last sign. */
export function watchIdle(idleMs: number, onIdle: () => void): IdleWatch {
  let lastMs = performance.now();
  const leftMs = (): number => lastMs + idleMs - performance.now();
  let deferred: NodeJS.Immediate | undefined;
  let timer = setTimeout(look, Math.min(idleMs, MAX_TIMER_MS));
  function look(): void {
    if (leftMs() > 0) timer = setTimeout(look, Math.min(Math.ceil(leftMs()), MAX_TIMER_MS));
    // A process that was stopped or busy for long has the signs of that time still before it: it reads them first.
    else deferred = setImmediate(() => (leftMs() > 0 ? look() : onIdle()));
  }
  return {
    active: () => void (lastMs = performance.now()),
    stop() {
      clearTimeout(timer);
      clearImmediate(deferred);
    },
  };
}
