// Mirrors of one breaker over a network that loses, delays and repeats reports, answers and pushes, on a simulated clock.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallOutcome } from '../../../src/domain/breaker/state-machine.js';
import { BreakerCluster, type Network, type Op } from '../../support/breaker-cluster.js';

type Verdict = CallOutcome['verdict'];

const worker = fc.nat(2);
const call = fc.record({
  do: fc.constant('call' as const),
  worker,
  times: fc.integer({ min: 1, max: 6 }),
  verdict: fc.constantFrom<Verdict[]>('succeeded', 'failed', 'failed', 'failed', 'ignored'),
  takesMs: fc.constantFrom(1, 1, 200, 3_000, 25_000),
  waitsMs: fc.constantFrom(0, 0, 0, 500, 8_000),
});
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: call },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(50, 1_000, 6_000, 12_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constant(100_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), worker, ms: fc.nat(40_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('turn' as const),
      to: fc.constantFrom('open' as const, 'closed' as const, 'forced-open' as const, 'forced-closed' as const),
    }),
  },
);
const scenario = (lostAnswers: fc.Arbitrary<number>): fc.Arbitrary<Network & { ops: Op[] }> =>
  fc.record({
    seed: fc.nat(),
    latencyMs: fc.constantFrom(1, 200, 3_000),
    lost: fc.integer({ min: 0, max: 40 }),
    lostAnswers,
    ops: fc.array(op, { minLength: 20, maxLength: 80 }),
  });

function play({ ops, ...network }: Network & { readonly ops: readonly Op[] }): BreakerCluster {
  const cluster = new BreakerCluster(network);
  for (const one of ops) cluster.act(one);
  return cluster;
}

/** How often the scenarios came to each phase, and how often a breaker ended: a claim about what never came up proves nothing. */
const seen = new Map<string, number>();
const see = (what: string, times: number) => seen.set(what, (seen.get(what) ?? 0) + times);

test('mirrors: no more probes are under way than allowed, and no call begins while its worker knows the breaker to be open', () => {
  fc.assert(
    fc.property(scenario(fc.constant(0)), (drawn) => {
      const cluster = play(drawn);
      expect(cluster.violations).toEqual([]);
      for (const [phase, times] of cluster.phases) see(phase, times);
      see('ended', cluster.ended);
    }),
    { numRuns: 400 },
  );
  for (const what of ['open/0', 'half-open/0', 'closed/0', 'forced-open/0', 'ended']) {
    expect(seen.get(what), what).toBeGreaterThan(50);
  }
});

test('mirrors: each outcome is counted at most once, and at least once unless its epoch is over or its worker has died', () => {
  let compared = 0;
  fc.assert(
    fc.property(scenario(fc.constant(0)), (drawn) => {
      // An answer that is lost makes the worker report again, and a cut may lose one. Such a report may count twice.
      const cluster = play({ ...drawn, ops: drawn.ops.filter((one) => one.do !== 'cut') });
      cluster.settle();
      const of = (counts: ReadonlyMap<string, number>, key: string) => counts.get(key) ?? 0;
      for (const [key, reported] of cluster.counted) {
        // Calls from before the first answer count in the first epoch.
        const early = key.endsWith('/0') ? of(cluster.noted, key.replace(/0$/, '-1')) : 0;
        expect(reported, key).toBeLessThanOrEqual(of(cluster.noted, key) + early);
      }
      if (cluster.ended > 0) return;
      for (const { name } of cluster.mirrors()) {
        const key = `${name}/${cluster.circuit!.state.epoch}`;
        expect(of(cluster.counted, key), key).toBeGreaterThanOrEqual(of(cluster.noted, key));
        compared += of(cluster.noted, key);
      }
    }),
    { numRuns: 100 },
  );
  expect(compared).toBeGreaterThan(300);
});

test('mirrors: when the network and the agent work again, the breaker closes and all mirrors agree with it', () => {
  fc.assert(
    fc.property(scenario(fc.integer({ min: 0, max: 40 })), (drawn) => {
      const cluster = play(drawn);
      cluster.settle();
      const { born, state } = cluster.circuit!;
      expect(state.phase).toBe('closed');
      const agreed = { phase: 'closed', born, epoch: state.epoch };
      for (const { state: mirror } of cluster.mirrors()) {
        expect(mirror.known).toMatchObject(agreed);
        expect(mirror).toMatchObject({ calls: '', probesWanted: 0, probesUnderWay: 0, own: { phase: 'closed' } });
      }
    }),
    { numRuns: 100 },
  );
});

test('mirrors: while answers are lost, too, no call begins while its worker knows the breaker to be open', () => {
  fc.assert(
    fc.property(scenario(fc.integer({ min: 1, max: 40 })), (drawn) => {
      expect(play(drawn).violations.filter((line) => !line.includes('probes'))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
