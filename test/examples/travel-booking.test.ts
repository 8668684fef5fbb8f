import { join, resolve } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { beforeAll, expect, test } from 'vitest';
import type { Told } from '../../examples/travel-booking/book-trips.js';
import { EXAMPLES, useExamplePlace } from './example-place.js';

const place = useExamplePlace();
let ada: Told;
let bob: Told;

beforeAll(async () => {
  // What the SDK says of failures that belong to the story is noise.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  // Loaded late: it imports the package as it is built.
  const { bookTrips } = await import('../../examples/travel-booking/book-trips.js');
  const told = await bookTrips(['ada', 'bob'], { directory: place.at() });
  ada = told[0]!;
  bob = told[1]!;
});

test('a trip that can be had is booked, each part once, though an answer was lost', () => {
  expect(ada.result).toMatchObject({ status: 'completed', compensated: [], debt: [] });
  expect(ada.ledger.map(({ kind, trip }) => `${kind} ${trip}`)).toEqual(['flight ada', 'hotel ada', 'car ada']);
  expect(ada.result.output).toEqual(Object.fromEntries(ada.ledger.map(({ kind, id }) => [kind, id])));
  expect(ada.journal).toContain('book hotel ada: known already');
});

test('a trip without a car is undone, newest first, and nothing of it stays booked', () => {
  expect(bob.result).toMatchObject({
    status: 'failed',
    failure: { type: 'TaskFailed', task: 'car' },
    compensated: ['hotel', 'flight'],
    debt: [],
    tasks: {
      flight: { status: 'compensated' },
      hotel: { status: 'compensated' },
      car: { status: 'failed', attempts: 1 },
    },
  });
  expect(bob.journal.map((line) => line.split(':')[0])).toEqual([
    'book flight bob',
    'book hotel bob',
    'book car bob',
    'cancel hotel',
    'cancel flight',
  ]);
  expect(bob.ledger).toEqual(ada.ledger);
});

test('the demo tells the story', async () => {
  const jiti = resolve(EXAMPLES, '../node_modules/jiti/lib/jiti-cli.mjs');
  const { exitCode, stdout } = await place.node(jiti, join(EXAMPLES, 'travel-booking/demo.ts'));
  expect(exitCode).toBe(0);
  expect(stdout).toContain('undone, in this order: hotel, flight');
});
