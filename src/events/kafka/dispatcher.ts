// Hands messages to the process: at most `inFlight` at the same time, those of one key one after the other.
import type { Delivery } from '../broker.js';
import type { Assignment } from './assignment.js';
import type { HeldMessage, Partition } from './partition.js';

export interface Dispatcher {
  /** Delivers what has been fetched, as far as there is room. */
  pump(this: void): void;
  /** There is room for more messages. */
  hasRoom(this: void): boolean;
  /** Delivers nothing more; resolves when all that was delivered is acknowledged or rejected. */
  drain(this: void): Promise<void>;
}

export interface DispatcherOptions {
  readonly assignment: Assignment;
  readonly inFlight: number;
  readonly deliver: (delivery: Delivery) => void;
  readonly onAcknowledged: () => void;
}

export function createDispatcher({ assignment, inFlight, deliver, onAcknowledged }: DispatcherOptions): Dispatcher {
  let isDraining = false;
  let outstanding = 0;
  let whenDrained: (() => void) | undefined;

  const hasRoom = (): boolean => assignment.all().reduce((sum, { holds }) => sum + holds, 0) < inFlight;

  const pump = (): void => {
    while (!isDraining && hasRoom()) {
      const partition = assignment.all().find(({ hasFetched }) => hasFetched);
      if (partition === undefined) return;
      const taken = partition.take();
      if (taken !== undefined) hand(partition, taken);
    }
  };

  const hand = (partition: Partition, held: HeldMessage): void => {
    if (isDraining || !assignment.has(partition)) return;
    outstanding += 1;
    let isSettled = false;
    const settle = (act: () => void): Promise<void> => {
      if (isSettled) return Promise.resolve();
      isSettled = true;
      outstanding -= 1;
      if (assignment.has(partition)) act();
      if (outstanding === 0) whenDrained?.();
      return Promise.resolve();
    };
    const next = (): void => {
      const following = held.acknowledge();
      if (following !== undefined) hand(partition, following);
      onAcknowledged();
      pump();
    };
    deliver({
      ...held.message,
      deliveries: held.deliveries,
      acknowledge: () => settle(next),
      reject: () => settle(() => setImmediate(() => hand(partition, held.again()))),
    });
  };

  return {
    pump,
    hasRoom,
    drain() {
      isDraining = true;
      return outstanding === 0 ? Promise.resolve() : new Promise((resolve) => (whenDrained = resolve));
    },
  };
}
