import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { urlOf, withSystem } from '../support/systems.js';
import { EXAMPLES, useExamplePlace } from './example-place.js';

interface Story {
  readonly runs: readonly { readonly id: string; readonly status: string; readonly compensated: readonly string[] }[];
  readonly reservations: readonly string[];
  readonly events: readonly string[];
}

describe.skipIf(urlOf('redis') === undefined)(withSystem('redis', 'an event-driven saga'), () => {
  const { node } = useExamplePlace();

  test('orders that are paid are shipped once, and the reservation of the other one is undone', async () => {
    // It starts a Redis of its own.
    const { exitCode, stdout, stderr } = await node(join(EXAMPLES, 'event-driven/demo.mjs'), '--json');
    expect(exitCode, stderr).toBe(0);
    const { runs, reservations, events } = JSON.parse(stdout) as Story;
    expect(runs).toEqual([
      { id: 'order-a1', status: 'completed', compensated: [] },
      { id: 'order-b2', status: 'completed', compensated: [] },
      { id: 'order-c3', status: 'failed', compensated: ['reserve'] },
    ]);
    expect(reservations).toEqual(['a1.json', 'b2.json']);
    expect(events.toSorted()).toEqual([
      'order.reserved a1',
      'order.reserved b2',
      'order.reserved c3',
      'order.shipped a1',
      'order.shipped b2',
    ]);
  });
});
