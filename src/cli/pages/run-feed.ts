// The state of one run for any number of browsers. There is one reader while some browser looks, and none otherwise. A browser that
// comes, or comes back, gets the whole present state, and then what changes: nothing is lost meanwhile.
import { setTimeout as pause } from 'node:timers/promises';
import type { RunPage } from '../picture/html/run-page.js';
import { rememberLayouts } from '../picture/layout/remember.js';
import { showRun, type ShownRun } from './update.js';

export interface RunReader {
  read(this: void): Promise<RunPage>;
  /** Resolves when the run may have changed, or after some time. */
  changed(this: void, signal: AbortSignal): Promise<void>;
}

/** Browsers that reload a page leave for a moment. */
const LINGER_MS = 10_000;
const RETRY_MS = 2_000;
/** A browser that has one of the last states is sent what has changed since. Large pages take seconds to be drawn first. */
const MAX_RECENT = 5;

export class RunFeed {
  current: ShownRun | undefined;
  private recent: readonly ShownRun[] = [];
  /** Why the run cannot be read at present. */
  trouble: string | undefined;
  private readonly layOut = rememberLayouts();
  private readonly waiting = new Set<() => void>();
  private watchers = 0;
  private reading: AbortController | undefined;
  private woken = new AbortController();
  private failure: Error | undefined;

  /** `open` begins to read, until the signal aborts. */
  constructor(
    private readonly open: (signal: AbortSignal) => RunReader,
    private readonly hasHome: boolean,
  ) {}

  /** Keeps the feed up to date until the returned function is called. */
  watch(): () => void {
    this.watchers++;
    if (this.reading === undefined && this.current?.isOpen !== false) void this.keepReading();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      setTimeout(() => {
        this.watchers--;
        if (this.watchers === 0) this.close();
      }, LINGER_MS).unref();
    };
  }

  /** The state that a browser says it has; `undefined` if it is too old. */
  stateOf(version: number): ShownRun | undefined {
    return this.recent.find((state) => state.version === version);
  }

  get isWatched(): boolean {
    return this.watchers > 0;
  }

  close(): void {
    this.reading?.abort();
    this.reading = undefined;
    this.notify();
  }

  /** Reads again soon: somebody has acted on the run. */
  wake(): void {
    this.woken.abort();
  }

  /** The first state. Rejects if the run cannot be read at all. */
  async first(): Promise<ShownRun> {
    while (this.current === undefined) {
      if (this.failure !== undefined) throw this.failure;
      await this.next();
    }
    return this.current;
  }

  /** Resolves when the end of the run has been read, or when the signal aborts. */
  async ended(signal: AbortSignal): Promise<void> {
    this.wake();
    while (this.current?.isOpen !== false && this.reading !== undefined && !signal.aborted) await this.next(signal);
  }

  /** Resolves when the state has changed, when there is trouble, or when the reading ends. */
  async next(signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      signal?.addEventListener('abort', done);
      if (signal?.aborted === true) done();
    });
  }

  private notify(): void {
    for (const done of [...this.waiting]) done();
  }

  private async keepReading(): Promise<void> {
    const reading = new AbortController();
    this.reading = reading;
    this.failure = undefined;
    const { signal } = reading;
    const reader = this.open(signal);
    while (!signal.aborted) {
      this.woken = new AbortController();
      try {
        const page = await reader.read();
        const version = (this.current?.version ?? 0) + 1;
        this.current = showRun(version, page, { isLive: true, hasHome: this.hasHome }, this.layOut);
        this.recent = [...this.recent, this.current].slice(-MAX_RECENT);
        this.trouble = undefined;
        this.notify();
        if (!this.current.isOpen) break;
        await reader.changed(AbortSignal.any([signal, this.woken.signal]));
      } catch (error) {
        if (signal.aborted) break;
        this.failure = error instanceof Error ? error : new Error(String(error));
        this.trouble = this.failure.message.split('\n', 1)[0];
        this.notify();
        // Before the first state there is no page that could show the reason.
        if (this.current === undefined) break;
        await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    reading.abort();
    if (this.reading === reading) this.reading = undefined;
    this.notify();
  }
}
