import { DefaultLogger, Runtime } from '@temporalio/worker';
import { beforeAll, expect, test } from 'vitest';
import type { Compared } from '../../examples/resource-pool/compare.js';
import { useExamplePlace } from './example-place.js';

const place = useExamplePlace();
const compared = new Map<string, Compared>();

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  // Loaded late: it imports the package as it is built.
  const { compare } = await import('../../examples/resource-pool/compare.js');
  for await (const one of compare({ directory: place.at() })) compared.set(one.strategy, one);
});

const serversOf = (strategy: string) => compared.get(strategy)?.servers ?? [];
const customersOf = (strategy: string) => serversOf(strategy).reduce((sum, { customers }) => sum + customers.size, 0);

test('with each strategy all pages are rendered, once, and no server has more calls than its capacity', () => {
  expect([...compared.keys()]).toEqual(['least-loaded', 'power-of-two', 'random', 'round-robin', 'weighted', 'sticky']);
  for (const { rendered, servers } of compared.values()) {
    expect(rendered).toBe(200);
    expect(servers.reduce((sum, { calls }) => sum + calls, 0)).toBe(200);
    for (const { mostAtOnce, capacity, refused } of servers) {
      expect(mostAtOnce).toBeLessThanOrEqual(capacity);
      expect(refused).toBe(0);
    }
  }
});

test('least-loaded gives the large and fast server more pages than the small one', () => {
  const [small, , large] = serversOf('least-loaded');
  expect(large!.calls).toBeGreaterThan(small!.calls);
});

test('sticky: customers are on fewer servers than with a strategy that does not look at the key', () => {
  expect(customersOf('sticky')).toBeLessThan(customersOf('round-robin'));
});
