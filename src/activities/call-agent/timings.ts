// When the attempts of a traced call began and ended. An attempt knows those before it from their notes; one that left none was lost with
// its worker, and its times are those of the server: it ran at some time between them.
import { defined } from '../../domain/json/defined.js';
import type { AttemptTiming, ModelCall } from '../../domain/trace/record.js';

interface Earlier {
  /** The number of attempts before this one that count. */
  readonly before: number;
  /** When the call was scheduled, and when this attempt was. */
  readonly firstMs: number;
  readonly lostMs: number;
}

export class Timings {
  /** Set once the request of the call is known. */
  isTraced = false;
  private readonly earlier: readonly AttemptTiming[];
  private readonly openedMs = Date.now();
  private own: AttemptTiming | undefined;
  private readonly chats: ModelCall[] = [];

  constructor(noted: readonly AttemptTiming[], { before, firstMs, lostMs }: Earlier) {
    const ended = noted.map((one) => (one.to === undefined ? { ...one, to: lostMs, error: LOST } : one));
    const from = ended.at(-1)?.to ?? firstMs;
    const lost = Array.from({ length: Math.max(0, before - ended.length) }, () => ({ from, to: lostMs, error: LOST }));
    this.earlier = [...ended, ...lost];
  }

  /** The number of this attempt; the first is 1. */
  get number(): number {
    return this.earlier.length + 1;
  }

  begin(): void {
    this.own = { from: Date.now() };
  }

  addChat(chat: ModelCall): void {
    this.chats.push(chat);
  }

  /** `error`: the type of the failure. */
  end(error?: string): void {
    const chats = this.chats.length === 0 ? undefined : this.chats;
    this.own = { from: this.own?.from ?? this.openedMs, to: Date.now(), ...defined({ error, chats }) };
  }

  /** For the next attempt, or the run; `undefined` if there is nothing to note. */
  noted(): AttemptTiming[] | undefined {
    const all = [...this.earlier, ...(this.own === undefined ? [] : [this.own])];
    return this.isTraced && all.length > 0 ? all : undefined;
  }
}

/** The type of failure of an attempt whose worker was lost. */
const LOST = 'Interrupted';
