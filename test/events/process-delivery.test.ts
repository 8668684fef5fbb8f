import { describe, expect, test } from 'vitest';
import { InvalidInputError, NoWorkerError } from '../../src/client/errors.js';
import { EventError } from '../../src/domain/event/cloud-event.js';
import type { Delivery } from '../../src/events/broker.js';
import type { Death } from '../../src/events/dead-letter.js';
import { isOfMessage } from '../../src/events/error-kind.js';
import { createOrdered } from '../../src/events/ordered.js';
import { processDelivery, type Processing } from '../../src/events/process-delivery.js';
import { gate } from '../support/gate.js';

interface Played {
  readonly said: string[];
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** Plays one delivery whose action has these results, one for each attempt; the last repeats. */
function play(results: readonly (Error | 'started')[], more: Partial<Processing> = {}): Played {
  const said: string[] = [];
  const stop = new AbortController();
  const delivery: Delivery = {
    ...{ id: '1', source: 's', headers: {}, contentType: undefined, body: new Uint8Array() },
    ...{ key: undefined, time: undefined, deliveries: 1 },
    acknowledge: async () => void said.push('acknowledged'),
    reject: async () => void said.push('returned'),
  };
  let attempt = 0;
  const ended = processDelivery(delivery, {
    subscription: 'sub',
    attempts: 3,
    read: () => ({ event: { specversion: '1.0', source: 's', type: 't' }, effect: { do: 'nothing' } }),
    act: async () => {
      const result = results[Math.min(attempt++, results.length - 1)]!;
      if (result instanceof Error) throw result;
      return { outcome: result };
    },
    bury: async (_, { attempts, reason }: Death) => void said.push(`dead after ${attempts}: ${reason}`),
    report: {
      done: ({ outcome }) => void said.push(outcome),
      failed: ({ attempts }) => void said.push(`failed ${attempts}`),
      dead: () => undefined,
      waiting: (reason) => void said.push(reason === undefined ? 'again' : 'waiting'),
      unacknowledged: () => void said.push('unacknowledged'),
    },
    signal: stop.signal,
    ...more,
  });
  return { said, stop, ended };
}

describe('a delivery', () => {
  test('is acknowledged after it has been carried out', async () => {
    const { said, ended } = play(['started']);
    await ended;
    expect(said).toEqual(['started', 'acknowledged']);
  });

  test('that fails because of its message is a dead letter after its attempts, and is acknowledged then', async () => {
    const { said, ended } = play([new EventError('bad')]);
    await ended;
    expect(said).toEqual(['failed 1', 'failed 2', 'dead after 3: bad', 'acknowledged']);
  });

  test('waits for Temporal without an end: that is not an attempt', async () => {
    const away = new NoWorkerError('q');
    const { said, ended } = play([away, away, away, away, new EventError('x'), 'started']);
    await ended;
    expect(said).toEqual([
      ...['waiting', 'waiting', 'waiting', 'waiting', 'failed 1'],
      ...['again', 'started', 'acknowledged'],
    ]);
  });

  test('that waits when the gateway stops goes back to the broker', async () => {
    const { said, stop, ended } = play([new NoWorkerError('q')]);
    await expect.poll(() => said).toContain('waiting');
    stop.abort();
    await ended;
    expect(said.at(-1)).toBe('returned');
    expect(said).not.toContain('acknowledged');
  });

  test('whose dead letter cannot be published is kept, and tried again', async () => {
    let failures = 2;
    const dead: string[] = [];
    const { said, ended } = play([new EventError('bad')], {
      attempts: 1,
      bury: async (_, { reason }) => {
        if (failures-- > 0) throw new Error('no such queue');
        dead.push(reason);
      },
    });
    await ended;
    expect(said).toEqual(['waiting', 'waiting', 'again', 'acknowledged']);
    expect(dead).toEqual(['bad']);
  });
});

test('the kind of an error decides whether it is an attempt', () => {
  const grpc = (code: number, message: string) =>
    new Error('failed', { cause: Object.assign(new Error(message), { code }) });
  expect(isOfMessage(new InvalidInputError(['x']))).toBe(true);
  expect(isOfMessage(grpc(3, 'bad'))).toBe(true);
  expect(isOfMessage(grpc(8, 'grpc: received message larger than max (9 vs. 4)'))).toBe(true);
  for (const code of [1, 4, 5, 7, 8, 13, 14, 16]) expect(isOfMessage(grpc(code, 'no'))).toBe(false);
  expect(isOfMessage(new NoWorkerError('q'))).toBe(false);
});

test('work of one key is in order, other work is not held up', async () => {
  const ordered = createOrdered();
  const [first, other] = [gate(), gate()];
  const said: string[] = [];
  ordered.add('a', () => first.opened.then(() => void said.push('a1')));
  ordered.add('a', async () => void said.push('a2'));
  ordered.add('b', async () => {
    said.push('b1');
    other.open();
  });
  await other.opened;
  first.open();
  await ordered.idle();
  expect(said).toEqual(['b1', 'a1', 'a2']);
  expect(ordered.size).toBe(0);
});
