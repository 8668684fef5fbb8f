// The circuit breaker settings of an agent, as declared, and as the breaker uses them.
import { z } from 'zod';
import { Duration, durationMs, parseDuration } from '../duration.js';
import { shown } from '../problem.js';

const RATE = 'expected a percentage from 1 to 100, such as "50%"';
const Rate = z.union(
  [z.number().min(1, RATE).max(100, RATE), z.string().regex(/^(?:100(?:\.0+)?|[1-9]\d?(?:\.\d+)?)%$/, RATE)],
  RATE,
);

const Backoff = z
  .strictObject({
    initial: Duration,
    factor: z.number().min(1).max(100).optional(),
    max: Duration.optional(),
  })
  .superRefine(({ initial, max }, context) => {
    if (max === undefined || (parseDuration(max) ?? 0) >= (parseDuration(initial) ?? 0)) return;
    const message = `expected at least initial, ${shown(initial)}, got ${shown(max)}`;
    context.addIssue({ code: 'custom', path: ['max'], message });
  });

/** Names and semantics are those of resilience4j. */
const Settings = z.strictObject({
  /** The calls that are judged: the last `count` calls, or the calls of the last `time`; default the last 100. */
  window: z
    .union(
      [z.strictObject({ count: z.int().min(1).max(10_000) }), z.strictObject({ time: Duration })],
      'expected either { count: 100 } or { time: "1m" }',
    )
    .optional(),
  /** Minimum number of calls to judge by, at most the size of the window; default 10. */
  minCalls: z.int().min(1).max(10_000).optional(),
  /** The breaker opens when at least this share of the calls has failed; default 50%. */
  failureRate: Rate.optional(),
  /** A call that takes this long or longer counts as slow; absent: no call does. */
  slowCall: Duration.optional(),
  /** The breaker opens when at least this share of the calls was slow; default 100%. Needs `slowCall`. */
  slowRate: Rate.optional(),
  /** How long it stays open before it lets calls try; default 30s. With `factor`, the time grows each time that they fail. */
  openFor: z
    .union([Duration, Backoff], 'expected a duration such as "30s", or { initial: 30s, factor: 2, max: 10m }')
    .optional(),
  /** Number of calls that may try while it is half-open; default 3. */
  probes: z.int().min(1).max(1000).optional(),
  /** A half-open breaker opens again if its probes have not ended after this time; default 5m. */
  probeFor: Duration.optional(),
  /** While the breaker is unreachable: `call` (default), each worker judges by its own calls alone; `refuse`, no call is made. */
  whenUnreachable: z.enum(['call', 'refuse']).optional(),
});

export const BreakerSettings = Settings.superRefine(({ slowRate, slowCall }, context) => {
  if (slowRate === undefined || slowCall !== undefined) return;
  const message = 'slowRate needs slowCall: without it no call counts as slow';
  context.addIssue({ code: 'custom', path: ['slowRate'], message });
});
export type BreakerSettings = z.infer<typeof BreakerSettings>;

/** The settings with all defaults applied, durations in milliseconds, rates in percent. */
export interface BreakerPolicy {
  readonly window: { readonly count: number } | { readonly seconds: number };
  readonly minCalls: number;
  readonly failureRate: number;
  readonly slowCallMs: number;
  readonly slowRate: number;
  readonly openFor: { readonly initialMs: number; readonly factor: number; readonly maxMs: number };
  readonly probes: number;
  readonly probeForMs: number;
}

export function breakerPolicy(settings: BreakerSettings): BreakerPolicy {
  const { window = { count: 100 }, minCalls = 10, openFor = '30s', probes = 3 } = settings;
  return {
    window: 'count' in window ? window : { seconds: Math.max(1, Math.ceil(durationMs(window.time) / 1000)) },
    minCalls,
    failureRate: percent(settings.failureRate ?? 50),
    slowCallMs: settings.slowCall === undefined ? Infinity : durationMs(settings.slowCall),
    slowRate: percent(settings.slowRate ?? 100),
    openFor: openTimes(typeof openFor === 'string' ? { initial: openFor } : openFor),
    probes,
    probeForMs: durationMs(settings.probeFor ?? '5m'),
  };
}

const openTimes = ({ initial, factor = 1, max }: z.infer<typeof Backoff>): BreakerPolicy['openFor'] => ({
  initialMs: durationMs(initial),
  factor,
  maxMs: max === undefined ? Infinity : durationMs(max),
});

const percent = (rate: number | string): number => (typeof rate === 'number' ? rate : Number.parseFloat(rate));
