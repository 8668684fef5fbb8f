// One consumer of a topic: what this process holds, and the turns that it sends.
import { setTimeout as pause } from 'node:timers/promises';
import type { DeliveredMessage, Receive } from '../../domain/event/topic/messages.js';
import type { Delivery, ReceiveOptions } from '../broker.js';

interface ConsumerOptions extends Pick<ReceiveOptions, 'group' | 'consumer' | 'inFlight'> {
  readonly source: string;
}

type SendTurn = (turn: Receive) => Promise<readonly DeliveredMessage[]>;

interface Settlement {
  readonly offset: number;
  readonly kind: 'done' | 'rejected';
}

export class TopicConsumer {
  private readonly held = new Set<number>();
  private settlements: Settlement[] = [];
  private settling: Promise<void> | undefined;

  constructor(
    private readonly options: ConsumerOptions,
    private readonly send: SendTurn,
  ) {}

  /** The next messages; none if this process holds as many as it may. Renews what it holds. Called again when the answer is there. */
  async receive(waitMs: number, signal: AbortSignal): Promise<readonly DeliveredMessage[]> {
    const room = this.options.inFlight - this.held.size;
    if (room <= 0) {
      await this.turn({});
      await pause(FULL_PAUSE_MS, undefined, { signal }).catch(() => undefined);
      return [];
    }
    const messages = await this.turn({ room, waitMs });
    for (const { offset } of messages) this.held.add(offset);
    return messages;
  }

  deliveryOf({ offset, id, key, headers, contentType, body, time, deliveries }: DeliveredMessage): Delivery {
    return {
      id,
      source: this.options.source,
      headers,
      contentType,
      body: Buffer.from(body, 'base64'),
      key,
      time,
      deliveries,
      acknowledge: () => this.settle({ offset, kind: 'done' }),
      reject: () => this.settle({ offset, kind: 'rejected' }),
    };
  }

  /** Rejects messages: those that are given, or all that are held. */
  async giveBack(messages?: readonly DeliveredMessage[]): Promise<void> {
    const offsets = messages?.map(({ offset }) => offset) ?? [...this.held];
    await Promise.all(offsets.map((offset) => this.settle({ offset, kind: 'rejected' })));
  }

  /** What is settled while a turn is under way is part of the next one. */
  private async settle(settlement: Settlement): Promise<void> {
    this.settlements.push(settlement);
    // The turn that is under way does not have this one.
    await this.settling?.catch(() => undefined);
    while (this.settlements.includes(settlement)) {
      this.settling ??= this.sendSettlements().finally(() => (this.settling = undefined));
      await this.settling;
    }
  }

  private async sendSettlements(): Promise<void> {
    const sent = [...this.settlements];
    const of = (kind: Settlement['kind']) => sent.filter((one) => one.kind === kind).map(({ offset }) => offset);
    await this.turn({ done: of('done'), rejected: of('rejected') });
    for (const { offset } of sent) this.held.delete(offset);
    this.settlements = this.settlements.filter((one) => !sent.includes(one));
  }

  private async turn(more: Partial<Receive>): Promise<readonly DeliveredMessage[]> {
    const { group, consumer } = this.options;
    const gone = new Set([...(more.done ?? []), ...(more.rejected ?? [])]);
    const holds = [...this.held].filter((offset) => !gone.has(offset));
    return await this.send({ group, consumer, holds, done: [], rejected: [], room: 0, waitMs: 0, ...more });
  }
}

/** Far below the time for which a message is held. */
const FULL_PAUSE_MS = 1_000;
