// Operations and assertions on a breaker with a simulated clock, from the tests of resilience4j: see test/cases/README.md.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  askPermission,
  createBreaker,
  figuresOf,
  noteOutcome,
  settleTime,
  turn,
  type BreakerPhase,
} from '../../../src/domain/breaker/state-machine.js';
import { breakerPolicy, type BreakerSettings } from '../../../src/domain/breaker/settings.js';

const Config = z.object({
  failureRateThreshold: z.number(),
  permittedNumberOfCallsInHalfOpenState: z.int(),
  slowCallDurationThresholdSeconds: z.number(),
  slowCallRateThreshold: z.number(),
  maxWaitDurationInHalfOpenStateSeconds: z.number(),
  slidingWindow: z.object({ size: z.int(), minimumCalls: z.int(), type: z.enum(['TIME_BASED', 'COUNT_BASED']) }),
  waitDurationInOpenStateSeconds: z.number(),
  ignoreExceptions: z.array(z.string()),
});
const Op = z.discriminatedUnion('op', [
  z.object({ op: z.literal('new'), config: z.string() }),
  z.object({ op: z.literal('reset') }),
  z.object({ op: z.literal('transition'), to: z.string() }),
  z.object({ op: z.literal('advance'), seconds: z.number() }),
  z.object({ op: z.literal('tryAcquire'), expect: z.boolean() }),
  z.object({ op: z.literal('success'), durationSeconds: z.number() }),
  z.object({ op: z.literal('error'), durationSeconds: z.number(), exception: z.string() }),
  z.object({ op: z.literal('assertState'), expect: z.string() }),
  z.object({ op: z.literal('assertMetric'), metric: z.string(), expect: z.number() }),
  z.object({ op: z.literal('assertMetrics'), raw: z.string() }),
  z.object({ op: z.literal('assertMetricsReset') }),
]);
const Case = z.object({ id: z.string(), config: z.union([Config, z.string()]), ops: z.array(Op) });

const CASES = z
  .array(Case)
  .parse(JSON.parse(readFileSync(new URL('../../cases/circuit-breaker.json', import.meta.url), 'utf8')));

/** Phases: the names of resilience4j, and ours. */
const PHASES: Readonly<Record<string, BreakerPhase>> = {
  CLOSED: 'closed',
  OPEN: 'open',
  HALF_OPEN: 'half-open',
  FORCED_OPEN: 'forced-open',
  DISABLED: 'forced-closed',
  METRICS_ONLY: 'observing',
};
const phaseNamed = (name: string): BreakerPhase => PHASES[name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()]!;

const settingsOf = (config: z.infer<typeof Config>): BreakerSettings => ({
  window:
    config.slidingWindow.type === 'TIME_BASED'
      ? { time: `${config.slidingWindow.size}s` }
      : { count: config.slidingWindow.size },
  minCalls: config.slidingWindow.minimumCalls,
  failureRate: config.failureRateThreshold,
  slowCall: `${config.slowCallDurationThresholdSeconds}s`,
  slowRate: config.slowCallRateThreshold,
  openFor: `${config.waitDurationInOpenStateSeconds}s`,
  probes: config.permittedNumberOfCallsInHalfOpenState,
  probeFor: `${config.maxWaitDurationInHalfOpenStateSeconds}s`,
});

/** Two cases construct their own breaker, in Java. */
function settingsIn(source: string): BreakerSettings {
  const number = (name: string) => new RegExp(`${name}\\(([\\d.]+)\\)`).exec(source)?.[1];
  const size = Number(number('slidingWindowSize'));
  const backoff = /ofExponentialBackoff\((\d+)L\)/.exec(source)?.[1];
  const wait = /waitDurationInOpenState\(Duration\.ofSeconds\((\d+)\)\)/.exec(source)?.[1];
  return {
    window: source.includes('TIME_BASED') ? { time: `${size}s` } : { count: size },
    failureRate: Number(number('failureRateThreshold')),
    probes: Number(number('permittedNumberOfCallsInHalfOpenState')),
    // The default backoff of resilience4j grows by half each time.
    openFor: backoff === undefined ? `${wait}s` : { initial: `${backoff}ms`, factor: 1.5 },
  };
}

/** Not in the data: how long a breaker stays open that a case opens by hand. */
const OPENED_FOR_MS: Readonly<Record<string, number>> = {
  'r4j:shouldTransitionToHalfOpenAfterPassedWaitDuration': 2 * 3_600_000,
};

test.each(CASES.map((one) => [one.id, one] as const))('%s', (id, { config, ops }) => {
  let now = 1_000_000_000;
  let policy = breakerPolicy(typeof config === 'string' ? {} : settingsOf(config));
  let breaker = createBreaker(policy, now);
  const ignored = typeof config === 'string' ? [] : config.ignoreExceptions;
  const figures = () => {
    const { failureRate = -1, slowRate = -1, succeeded, calls, failed, slow, refused } = figuresOf(breaker, now);
    return { failureRate, slowRate, succeeded, calls, failed, slow, refused };
  };
  const METRICS: Readonly<Record<string, keyof ReturnType<typeof figures>>> = {
    NumberOfBufferedCalls: 'calls',
    NumberOfSlowCalls: 'slow',
    NumberOfFailedCalls: 'failed',
    NumberOfSuccessfulCalls: 'succeeded',
    NumberOfNotPermittedCalls: 'refused',
    SlowCallRate: 'slowRate',
    FailureRate: 'failureRate',
  };
  for (const [place, op] of ops.entries()) {
    const where = `operation ${place}: ${JSON.stringify(op)}`;
    switch (op.op) {
      case 'new':
        policy = breakerPolicy(settingsIn(op.config));
        breaker = createBreaker(policy, now);
        if (op.config.includes('initialState(OPEN)')) turn(policy, breaker, 'open', now);
        break;
      case 'reset':
        turn(policy, breaker, 'closed', now);
        break;
      case 'transition':
        turn(policy, breaker, phaseNamed(op.to), now, OPENED_FOR_MS[id]);
        break;
      case 'advance':
        now += op.seconds * 1000;
        if (breaker.phase === 'half-open') settleTime(policy, breaker, now);
        break;
      case 'tryAcquire':
        expect(askPermission(policy, breaker, now).permitted, where).toBe(op.expect);
        break;
      case 'success':
        noteOutcome(policy, breaker, { verdict: 'succeeded', ms: op.durationSeconds * 1000 }, now);
        break;
      case 'error': {
        const verdict = ignored.includes(op.exception) ? 'ignored' : 'failed';
        noteOutcome(policy, breaker, { verdict, ms: op.durationSeconds * 1000 }, now);
        break;
      }
      case 'assertState':
        expect(breaker.phase, where).toBe(phaseNamed(op.expect));
        break;
      case 'assertMetric':
        expect(figures()[METRICS[op.metric]!], where).toBe(op.expect);
        break;
      case 'assertMetrics': {
        const [failureRate, succeeded, calls, failed, refused] = op.raw
          .replace(/^.*\((?:\w+, )?(?=-?\d)/, '')
          .split(',')
          .map((text) => Number.parseFloat(text));
        expect(figures(), where).toMatchObject({ failureRate, succeeded, calls, failed, refused });
        break;
      }
      case 'assertMetricsReset':
        expect(figures(), where).toMatchObject({ failureRate: -1, succeeded: 0, calls: 0, failed: 0, refused: 0 });
        break;
      default:
        op satisfies never;
    }
  }
});
