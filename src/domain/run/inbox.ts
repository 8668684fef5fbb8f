// The inbox of a run: events that no task has taken yet, oldest first, by name. A run carries its inbox through continue-as-new, in one
// payload with the state of all its tasks, so the inbox is bounded.
import { jsonBytes } from '../json/byte-size.js';

/** The most events of one name. Each task takes one, and a plan has few tasks that wait for the same name. */
export const MAX_EVENTS_OF_NAME = 1_000;

/** The most events in total: with short names and data, they take less than a tenth of a payload. */
export const MAX_EVENTS = 2_000;

/** The most bytes of JSON of their names and data: half of what fits into one payload; the other half is for the state of tasks. */
export const MAX_INBOX_BYTES = 1024 * 1024;

export class Inbox {
  private readonly byName: Map<string, unknown[]>;
  private count = 0;
  private bytes = 0;

  constructor(kept: Readonly<Record<string, unknown[]>> = {}) {
    this.byName = new Map(Object.entries(kept).map(([name, events]) => [name, [...events]]));
    for (const [name, events] of this.byName) {
      this.count += events.length;
      for (const data of events) this.bytes += sizeOf(name, data);
    }
  }

  /** The number of events of a name. */
  countOf(name: string): number {
    return this.byName.get(name)?.length ?? 0;
  }

  add(name: string, data: unknown): void {
    const events = this.byName.get(name);
    if (events === undefined) this.byName.set(name, [data]);
    else events.push(data);
    this.count += 1;
    this.bytes += sizeOf(name, data);
  }

  /** Takes the oldest event of a name; `undefined` if there is none. */
  take(name: string): { readonly data: unknown } | undefined {
    const events = this.byName.get(name);
    if (events === undefined || events.length === 0) return undefined;
    const data = events.shift();
    if (events.length === 0) this.byName.delete(name);
    this.count -= 1;
    this.bytes -= sizeOf(name, data);
    return { data };
  }

  /** The reason for which one more event is refused; `undefined` if it fits. */
  whyFull(name: string, data: unknown): string | undefined {
    const ofName = this.countOf(name);
    if (ofName >= MAX_EVENTS_OF_NAME) return fullText(`${MAX_EVENTS_OF_NAME} events of one name`, `${ofName} of this`);
    if (this.count >= MAX_EVENTS) return fullText(`${MAX_EVENTS} events`, String(this.count));
    const size = sizeOf(name, data);
    if (this.bytes + size <= MAX_INBOX_BYTES) return undefined;
    return fullText(`${MAX_INBOX_BYTES} bytes of events`, `${this.bytes}; this one has ${size}`);
  }

  /** The data of the events by name, as the run carries them. */
  [Symbol.iterator](): IterableIterator<[string, unknown[]]> {
    return this.byName[Symbol.iterator]();
  }
}

const fullText = (most: string, has: string): string =>
  `no task waits for it now; the run keeps at most ${most} until tasks take them, and has ${has}`;

const sizeOf = (name: string, data: unknown): number => jsonBytes(name) + jsonBytes(data);
