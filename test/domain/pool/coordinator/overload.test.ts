// How the limit of an overloaded resource falls and rises.
import { expect, test } from 'vitest';
import { noteOverload, noteSuccesses } from '../../../../src/domain/pool/coordinator/overload.js';
import { newResource } from '../../../../src/domain/pool/coordinator/state.js';

const eight = () => newResource({ id: 'a', capacity: 8, weight: 1, labels: {} });

test('overload: calls that are refused during one pause halve the limit once, and the longest pause applies', () => {
  const resource = eight();
  noteOverload(resource, 2_000, 0);
  noteOverload(resource, 1_000, 500);
  expect(resource).toMatchObject({ limit: 4, pausedUntil: 2_000 });
  noteOverload(resource, undefined, 2_000);
  expect(resource).toMatchObject({ limit: 2, pausedUntil: 3_000 });
});

test('overload: each window of successes raises the limit by one; successes during the pause do not count', () => {
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
