// A pool and its workers over a network that loses and delays messages, on a simulated clock: no resource ever has more calls at the
// same time than its capacity, all calls end, and no lease is left over.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Cluster } from '../../support/pool-cluster.js';

const times = fc.integer({ min: 0, max: 15_000 });
const worker = fc.integer({ min: 0, max: 3 });
const op = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      worker,
      priority: fc.integer({ min: 1, max: 5 }),
      takes: times,
      times: fc.integer({ min: 1, max: 8 }),
      avoid: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: times }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), worker }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('cut' as const), worker, ms: fc.integer({ min: 0, max: 20_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), worker }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('drain' as const, 'remove' as const), id: fc.constantFrom('a', 'b') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      id: fc.constantFrom('a', 'c'),
      capacity: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('overload' as const), worker, ms: fc.integer({ min: 0, max: 5_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('ill' as const),
      worker,
      id: fc.constantFrom('a', 'b'),
      isIll: fc.boolean(),
    }),
  },
);

const scenario = fc.record({
  seed: fc.nat(),
  /** Messages that never arrive, of a hundred. */
  lost: fc.integer({ min: 0, max: 40 }),
  latencyMs: fc.integer({ min: 0, max: 600 }),
  isMetered: fc.boolean(),
  strategy: fc.constantFrom(
    'least-loaded' as const,
    'round-robin' as const,
    'weighted' as const,
    'power-of-two' as const,
    'sticky' as const,
  ),
  ops: fc.array(op, { maxLength: 60 }),
});

test('pool: no resource ever has more calls than its capacity, all calls are served, and no lease is left over', () => {
  fc.assert(
    fc.property(scenario, ({ ops, ...network }) => {
      const cluster = new Cluster(network);
      for (const one of ops) cluster.act(one);
      // The network works again, and every call may use the new resource.
      cluster.heal();
      cluster.act({ do: 'add', id: 'spare', capacity: 1 });
      cluster.settle();
      expect(cluster.waiting()).toBe(0);
      expect(cluster.heldBySomebody()).toEqual({});
      expect(cluster.mostAbove()).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

test('pool: calls are served by priority, then in their order, whichever worker they belong to', () => {
  const call = fc.record({ worker, priority: fc.integer({ min: 1, max: 5 }) });
  fc.assert(
    fc.property(fc.array(call, { minLength: 2, maxLength: 20 }), fc.nat(), (calls, seed) => {
      const cluster = new Cluster({
        seed,
        lost: 0,
        latencyMs: 5,
        isMetered: false,
        strategy: 'least-loaded',
        capacity: 1,
      });
      cluster.act({ do: 'call', worker: 0, priority: 1, takes: 2_000, times: 1 });
      cluster.act({ do: 'pass', ms: 100 });
      for (const one of calls) {
        cluster.act({ do: 'call', ...one, takes: 150, times: 1 });
        cluster.act({ do: 'pass', ms: 50 });
      }
      cluster.settle();
      const order = calls
        .map(({ priority }, index) => ({ priority, index }))
        .toSorted((a, b) => a.priority - b.priority);
      expect(cluster.served().slice(1)).toEqual(order.map(({ index }) => index + 1));
    }),
    { numRuns: 100 },
  );
});
