// When the attempts of a call began and ended, and why they failed: for the trace of the run, and for pictures of calls that were attempted
// several times. An attempt knows those before it from their notes; one that left none was lost with its worker, and its times are those
// of the server: it ran at some time between them.
import { defined } from '../../domain/json/defined.js';
import type { AttemptTiming, ModelCall } from '../../domain/trace/record.js';
import { truncateEnd } from '../../domain/text/truncate.js';

interface Earlier {
  /** The number of attempts before this one that count. */
  readonly before: number;
  /** When the call was scheduled, and when this attempt was. */
  readonly firstMs: number;
  readonly lostMs: number;
}

/** Of a call without a trace. Every attempt carries them to the next one, and the run keeps them. */
const MAX_NOTED = 30;
/** Characters of the reason of a failure. */
const MAX_MESSAGE = 200;

export class Timings {
  /** Set once the request of the call is known. */
  isTraced = false;
  /** The number of attempts before those that are known. */
  private readonly omitted: number;
  private readonly earlier: readonly AttemptTiming[];
  private readonly openedMs = Date.now();
  private own: AttemptTiming | undefined;
  private readonly chats: ModelCall[] = [];

  constructor(noted: readonly AttemptTiming[], { before, firstMs, lostMs }: Earlier) {
    this.omitted = (noted[0]?.number ?? 1) - 1;
    const lost = { to: lostMs, error: LOST, approximate: true } as const;
    const known = noted.map(({ number: _, ...one }) => (one.to === undefined ? { ...one, ...lost } : one));
    const from = known.at(-1)?.to ?? firstMs;
    const missing = Math.max(0, before - this.omitted - known.length);
    this.earlier = [...known, ...Array.from({ length: missing }, () => ({ from, ...lost }))];
  }

  /** The number of this attempt; the first is 1. */
  get number(): number {
    return this.omitted + this.earlier.length + 1;
  }

  begin(): void {
    this.own = { from: Date.now() };
  }

  addChat(chat: ModelCall): void {
    this.chats.push(chat);
  }

  /** `error`, `message`: the type and the reason of the failure. */
  end(error?: string, message?: string): void {
    const chats = this.chats.length === 0 ? undefined : this.chats;
    const why = message === undefined ? undefined : truncateEnd(message, MAX_MESSAGE);
    this.own = { from: this.own?.from ?? this.openedMs, to: Date.now(), ...defined({ error, message: why, chats }) };
  }

  /** For the next attempt; `undefined` if there is nothing to note. */
  noted(): AttemptTiming[] | undefined {
    const hasFailed = this.earlier.length > 0 || this.own?.error !== undefined;
    return this.isTraced || hasFailed ? this.kept() : undefined;
  }

  /** For the run. It knows of a call with one attempt, unless it makes a trace. */
  reported(): AttemptTiming[] | undefined {
    return this.isTraced || this.earlier.length > 0 ? this.kept() : undefined;
  }

  private kept(): AttemptTiming[] | undefined {
    const all = [...this.earlier, ...(this.own === undefined ? [] : [this.own])];
    if (all.length === 0) return undefined;
    const [first, ...rest] = this.isTraced ? all : all.slice(-MAX_NOTED);
    const number = this.omitted + all.length - rest.length;
    return [{ ...first!, ...(number === 1 ? {} : { number }) }, ...rest];
  }
}

/** The type of failure of an attempt whose worker was lost. */
const LOST = 'Interrupted';
