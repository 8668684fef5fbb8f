// A place in the code of a test where something waits until the test lets it go on.
export interface Gate<T = void> {
  readonly opened: Promise<T>;
  open(this: void, value: T): void;
}

export function gate<T = void>(): Gate<T> {
  let open: Gate<T>['open'] = () => undefined;
  const opened = new Promise<T>((resolve) => (open = resolve));
  return { opened, open };
}

/** Ends when the signal aborts, by rejecting with its reason. */
export const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
