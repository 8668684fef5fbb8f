// What one process knows of a partition that the group has assigned to it. Pure: no clock, no I/O.
// P1. Messages of one key are delivered one after the other: the next one when the one before it has been acknowledged.
// P2. The offset to commit is the one after the last message before which all messages have been acknowledged. So a message that is not
//     acknowledged holds the committed offset back, and comes again after a restart.
import type { Message } from '../broker.js';

export interface PartitionMessage {
  readonly offset: bigint;
  readonly message: Message;
}

interface Held extends PartitionMessage {
  deliveries: number;
  isAcknowledged: boolean;
}

export interface HeldMessage {
  readonly message: Message;
  readonly deliveries: number;
  /** Returns the next message of the same key, if it waited for this one. */
  acknowledge(this: void): HeldMessage | undefined;
  /** The same message, to be delivered again. */
  again(this: void): HeldMessage;
}

export class Partition {
  /** Fetched, in order, and not taken yet. */
  readonly #fetched: PartitionMessage[] = [];
  /** Taken, in order, from the first that is not acknowledged. */
  readonly #held: Held[] = [];
  /** The messages of each key that are not acknowledged, in order; only the first has been delivered. */
  readonly #byKey = new Map<string, Held[]>();
  #unacknowledged = 0;
  #position: bigint;
  #toCommit: bigint;
  #committed: bigint;

  constructor(
    readonly partition: number,
    /** The offset of the first message to fetch. */
    start: bigint,
  ) {
    this.#position = start;
    this.#toCommit = start;
    this.#committed = start;
  }

  /** The offset of the next message to fetch. */
  get position(): bigint {
    return this.#position;
  }

  get hasFetched(): boolean {
    return this.#fetched.length > 0;
  }

  /** How many messages are taken and not acknowledged. */
  get holds(): number {
    return this.#unacknowledged;
  }

  /** The offset to commit; `undefined` if it is committed already. */
  get uncommitted(): bigint | undefined {
    return this.#toCommit > this.#committed ? this.#toCommit : undefined;
  }

  /** `next` is the offset after the last one that the server has sent, which may not be that of a message. */
  add(messages: readonly PartitionMessage[], next: bigint): void {
    for (const one of messages) if (one.offset >= this.#position) this.#fetched.push(one);
    if (next > this.#position) this.#position = next;
    this.#advance();
  }

  /** The server does not have the messages before this offset any more. */
  skipTo(offset: bigint): void {
    this.#position = offset;
    this.#advance();
  }

  /** Takes the next message. It is returned for delivery, unless it must wait for another one of its key. */
  take(): HeldMessage | undefined {
    const next = this.#fetched.shift();
    if (next === undefined) return undefined;
    const held: Held = { ...next, deliveries: 1, isAcknowledged: false };
    this.#held.push(held);
    this.#unacknowledged += 1;
    const { key } = next.message;
    if (key === undefined) return this.#handle(held);
    const sameKey = this.#byKey.get(key);
    if (sameKey !== undefined) {
      sameKey.push(held);
      return undefined;
    }
    this.#byKey.set(key, [held]);
    return this.#handle(held);
  }

  committed(offset: bigint): void {
    if (offset > this.#committed) this.#committed = offset;
  }

  #handle(held: Held): HeldMessage {
    return {
      message: held.message,
      deliveries: held.deliveries,
      acknowledge: () => this.#acknowledge(held),
      again: () => {
        held.deliveries += 1;
        return this.#handle(held);
      },
    };
  }

  #acknowledge(held: Held): HeldMessage | undefined {
    if (held.isAcknowledged) return undefined;
    held.isAcknowledged = true;
    this.#unacknowledged -= 1;
    this.#advance();
    const { key } = held.message;
    const sameKey = key === undefined ? undefined : this.#byKey.get(key);
    if (sameKey === undefined) return undefined;
    sameKey.shift();
    const [next] = sameKey;
    if (next !== undefined) return this.#handle(next);
    this.#byKey.delete(key!);
    return undefined;
  }

  #advance(): void {
    while (this.#held[0]?.isAcknowledged === true) this.#toCommit = this.#held.shift()!.offset + 1n;
    // Between the last message and the position there may be offsets without a message: of transactions, or of what was compacted.
    if (this.#held.length === 0 && this.#fetched.length === 0 && this.#position > this.#toCommit)
      this.#toCommit = this.#position;
  }
}
