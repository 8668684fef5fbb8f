// How a resource that says it is overloaded is left alone, and comes back.
import { expect, test } from 'vitest';
import { noteOverload, noteSuccesses } from '../../../src/domain/pool/overload.js';
import { newResource } from '../../../src/domain/pool/pool.js';

const eight = () => newResource({ id: 'a', capacity: 8, weight: 1, labels: {} });

test('calls that are refused together halve the limit once, and the longest pause holds', () => {
  const resource = eight();
  noteOverload(resource, 2_000, 0);
  noteOverload(resource, 1_000, 500);
  expect(resource).toMatchObject({ limit: 4, pausedUntil: 2_000 });
  noteOverload(resource, undefined, 2_000);
  expect(resource).toMatchObject({ limit: 2, pausedUntil: 3_000 });
});

test('each window of successes gives one back, and those of calls that began before the pause are none', () => {
  const resource = eight();
  noteOverload(resource, 2_000, 0);
  noteSuccesses(resource, 7);
  expect(resource.limit).toBe(4);
  delete resource.pausedUntil;
  noteSuccesses(resource, 4);
  expect(resource.limit).toBe(5);
  noteSuccesses(resource, 5 + 6 + 7 + 100);
  expect(resource).toMatchObject({ limit: 8 });
});
