// Values that are read when metrics are scraped: from the server, from brokers.
// S1. However often the process is scraped, values are read at most once in `EVERY_MS`.
// S2. A scrape waits for `WITHIN_MS` at most: it must have an answer although the server has none.
// S3. A value that cannot be read is absent: an old one would hide that it is unknown.

export interface Source {
  /** Sets the gauges of this source. */
  read(this: void): Promise<void>;
  /** Removes their values. */
  clear(this: void): void;
}

/** Prometheus scrapes every 15 s or more rarely; several may scrape the same process. */
const EVERY_MS = 5_000;
/** Well below the 10 s after which Prometheus gives a scrape up. */
const WITHIN_MS = 3_000;

export interface Sources {
  add(this: void, source: Source): void;
  /** Reads what is due. Never rejects. */
  refresh(this: void): Promise<void>;
}

export function createSources(now: () => number = () => performance.now()): Sources {
  const sources: Source[] = [];
  let readAt = -Infinity;
  let reading: Promise<unknown> | undefined;
  const readAll = async (): Promise<void> => {
    readAt = now();
    await Promise.all(sources.map((source) => source.read().catch(() => source.clear())));
  };
  return {
    add: (source) => void sources.push(source),
    async refresh() {
      if (reading === undefined && now() - readAt >= EVERY_MS) {
        reading = readAll().finally(() => (reading = undefined));
      }
      await orAfter(WITHIN_MS, reading);
    },
  };
}

/** Waits for the promise, but no longer than this. */
async function orAfter(ms: number, promise: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms).unref()));
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
