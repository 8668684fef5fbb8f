// Runs work of the same key one after the other, and all other work at the same time.

export interface Ordered {
  /** Begins the work when all earlier work of its key has ended. The work must not reject. */
  add(this: void, key: string | undefined, work: () => Promise<void>): void;
  /** Resolves when nothing is left. */
  idle(this: void): Promise<void>;
  readonly size: number;
}

export function createOrdered(): Ordered {
  const tails = new Map<string, Promise<void>>();
  const running = new Set<Promise<void>>();
  return {
    get size() {
      return running.size;
    },
    add(key, work) {
      const before = key === undefined ? undefined : tails.get(key);
      const own = before === undefined ? work() : before.then(work);
      const ended = own.finally(() => {
        running.delete(ended);
        if (key !== undefined && tails.get(key) === ended) tails.delete(key);
      });
      running.add(ended);
      if (key !== undefined) tails.set(key, ended);
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
