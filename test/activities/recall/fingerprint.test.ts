import { describe, expect, test } from 'vitest';
import { cacheKey, fingerprint } from '../../../src/activities/recall/fingerprint.js';

describe('fingerprint', () => {
  const asked = { task: 'a', suffix: '', agent: 'x', input: { n: 1, m: 2 } };
  test('the fingerprint of a call does not depend on the order of keys', () => {
    expect(fingerprint({ ...asked, input: { m: 2, n: 1 } })).toBe(fingerprint(asked));
  });
  test.each([
    ['task', { task: 'b' }],
    ['suffix', { suffix: 'fallback' }],
    ['agent', { agent: 'y' }],
    ['version', { version: '1' }],
    ['input', { input: { n: 1 } }],
  ])('the fingerprint of a call changes with its %s', (_, change) => {
    expect(fingerprint({ ...asked, ...change })).not.toBe(fingerprint(asked));
  });
  test('calls whose parts only look the same when joined have different fingerprints', () => {
    expect(fingerprint({ ...asked, task: 'a,b', suffix: '' })).not.toBe(
      fingerprint({ ...asked, task: 'a', suffix: 'b,' }),
    );
  });
  test('cacheKey differs between Task Queues', () => {
    expect(cacheKey({ ...asked, taskQueue: 'one' })).not.toBe(cacheKey({ ...asked, taskQueue: 'other' }));
  });
});
