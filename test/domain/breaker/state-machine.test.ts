// The semantics that resilience4j documents (https://resilience4j.readme.io/docs/circuitbreaker): one row for each fact.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  askPermission,
  createBreaker,
  figuresOf,
  noteOutcome,
  settleTime,
  turn,
  type BreakerPhase,
  type BreakerState,
} from '../../../src/domain/breaker/state-machine.js';
import { breakerPolicy, BreakerSettings } from '../../../src/domain/breaker/settings.js';

/** Plays a script: `S` success, `F` failure, `s` and `f` the same but slow, `I` an ignored outcome, `?` a call that is let through,
 *  `!` a call that is refused, `+3` three seconds pass, `>open` a person turns the breaker to open. */
function play(settings: BreakerSettings, script: string): { state: BreakerState; now: number } {
  const policy = breakerPolicy(settings);
  let now = 1_000_000;
  const state = createBreaker(policy, now);
  const note = (verdict: 'succeeded' | 'failed' | 'ignored', ms: number) =>
    noteOutcome(policy, state, { verdict, ms }, now);
  for (const word of script.split(' ').filter((one) => one !== '')) {
    if (word.startsWith('+')) {
      now += Number(word.slice(1)) * 1000;
      if (state.phase === 'half-open') settleTime(policy, state, now);
      continue;
    }
    if (word.startsWith('>')) {
      turn(policy, state, word.slice(1) as BreakerPhase, now);
      continue;
    }
    for (const letter of word) {
      if (letter === 'S') note('succeeded', 100);
      else if (letter === 'F') note('failed', 100);
      else if (letter === 's') note('succeeded', 5000);
      else if (letter === 'f') note('failed', 5000);
      else if (letter === 'I') note('ignored', 100);
      else expect(askPermission(policy, state, now).permitted, `${letter} in ${word}`).toBe(letter === '?');
    }
  }
  return { state, now };
}

const count = (n: number): BreakerSettings => ({ window: { count: n }, minCalls: n, openFor: '10s', probes: 2 });
const time = (seconds: number, minCalls: number): BreakerSettings => ({
  window: { time: `${seconds}s` },
  minCalls,
  openFor: '10s',
  probes: 2,
});
const slow: BreakerSettings = { ...count(4), slowCall: '5s', slowRate: '50%', failureRate: '100%' };

const ROWS: readonly (readonly [what: string, settings: BreakerSettings, script: string, phase: BreakerPhase])[] = [
  ['starts closed', {}, '', 'closed'],
  ['lets all calls through while closed', count(4), '????????', 'closed'],
  ['does not judge fewer calls than the minimum', count(4), 'FFF', 'closed'],
  ['judges as soon as the minimum is reached', count(4), 'FFFF', 'open'],
  ['opens when the rate is reached, not only when it is exceeded', count(4), 'SSFF', 'open'],
  ['stays closed below the rate', count(4), 'SSSF', 'closed'],
  ['judges after a success, too: it may be the call that reaches the minimum', count(4), 'FFSS', 'open'],
  ['refuses all calls while open', count(4), 'FFFF !!!', 'open'],
  ['forgets the oldest call of a window by count', count(4), 'FSSS S', 'closed'],
  ['keeps no more calls than the window has', count(4), 'FSSSSS F', 'closed'],
  ['slides call by call', count(4), 'SSSS FF', 'open'],
  [
    'takes the size of the window as the minimum if the minimum is larger',
    { ...count(4), minCalls: 100 },
    'FFFF',
    'open',
  ],
  ['may judge before the window is full', { ...count(10), minCalls: 3 }, 'FFF', 'open'],
  ['judges the calls in a window that is not full', { ...count(10), minCalls: 3 }, 'SSSFF', 'closed'],
  ['opens at a hundred percent only if every call fails', { ...count(4), failureRate: '100%' }, 'FFFS FFF', 'closed'],
  ['opens at a hundred percent if every call fails', { ...count(4), failureRate: '100%' }, 'FFFS FFFF', 'open'],
  ['opens at one percent on the first of a hundred', { ...count(4), failureRate: 1 }, 'SSSF', 'open'],
  ['does not count ignored outcomes', count(4), 'FFF IIII', 'closed'],
  ['counts a failure between ignored outcomes', count(4), 'FFF I F', 'open'],
  ['opens when the rate of slow calls is reached', slow, 'ssSS', 'open'],
  ['stays closed below the rate of slow calls', slow, 'sSSS', 'closed'],
  ['counts a call of exactly the slowCall duration as slow', slow, 'sSsS', 'open'],
  ['counts a slow failure as both', { ...slow, failureRate: '50%', slowRate: '100%' }, 'ffSS', 'open'],
  ['opens for slow calls although none failed', { ...slow, slowRate: '100%' }, 'ssss', 'open'],
  ['counts no call as slow without a slowCall setting', count(4), 'ssss', 'closed'],
  ['forgets the calls of a window by time', time(5, 3), 'FF +6 F', 'closed'],
  ['keeps the calls of the window', time(5, 3), 'FF +3 F', 'open'],
  ['drops one second at a time', time(3, 3), 'F +1 F +1 F', 'open'],
  ['drops the first second when the fourth begins', time(3, 3), 'F +1 F +2 F', 'closed'],
  ['forgets all calls after a long time without calls', time(3, 2), 'F +3600 F', 'closed'],
  ['needs the minimum number of calls within the time', time(5, 4), 'FFF +10 FFF', 'closed'],
  ['opens on a burst within one second', time(5, 4), 'FFFF', 'open'],
  ['stays open until its time is over', count(2), 'FF +9 !', 'open'],
  ['is half-open for the first call after that', count(2), 'FF +10 ?', 'half-open'],
  ['stays open while no call comes', count(2), 'FF +3600', 'open'],
  ['lets the allowed number of probes through', count(2), 'FF +10 ??', 'half-open'],
  ['lets no more calls through until the probes have ended', count(2), 'FF +10 ??!!', 'half-open'],
  ['waits for all probes', { ...count(4), minCalls: 4 }, 'FFFF +10 ??S', 'half-open'],
  ['closes when the probes succeed', count(2), 'FF +10 ??SS', 'closed'],
  ['opens again when the probes fail', count(2), 'FF +10 ??FF !', 'open'],
  ['opens again when probes reach the rate', count(2), 'FF +10 ??SF !', 'open'],
  ['closes when probes stay below the rate', { ...count(4), probes: 4 }, 'FFFF +10 ????SSSF', 'closed'],
  ['opens again when the probes are slow', slow, 'ssss +10 ??sS !', 'open'],
  ['lets another probe take the place of an ignored one', count(2), 'FF +10 ??!I?!', 'half-open'],
  [
    'judges the probes by the minimum number of calls if that is smaller',
    { ...count(4), minCalls: 1, probes: 3 },
    'F +10 ?S',
    'closed',
  ],
  ['starts with an empty window when it closes', count(2), 'FF +10 ??SS F', 'closed'],
  ['opens for the same time each time', count(2), 'FF +10 ??FF +9 ! +1 ?', 'half-open'],
  ['gives up probes that do not end in time', { ...count(2), probeFor: '30s' }, 'FF +10 ?? +30 !', 'open'],
  [
    'stays open longer each time with a backoff',
    { ...count(2), openFor: { initial: '10s', factor: 2 } },
    'FF +10 ??FF +19 !',
    'open',
  ],
  [
    'stays open no longer than the backoff says',
    { ...count(2), openFor: { initial: '10s', factor: 2 } },
    'FF +10 ??FF +20 ?',
    'half-open',
  ],
  [
    'stays open no longer than the maximum of the backoff',
    { ...count(2), openFor: { initial: '10s', factor: 9, max: '15s' } },
    'FF +10 ??FF +15 ?',
    'half-open',
  ],
  [
    'begins with the shortest time again after it has closed',
    { ...count(2), openFor: { initial: '10s', factor: 2 } },
    'FF +10 ??FF +20 ??SS FF +10 ?',
    'half-open',
  ],
  ['lets no call through while forced open', count(2), '>forced-open ! +3600 !', 'forced-open'],
  ['does not change by outcomes while forced open', count(2), '>forced-open SSSS', 'forced-open'],
  ['lets all calls through while forced closed', count(2), '>forced-closed ??FFFF??', 'forced-closed'],
  ['counts nothing while forced closed', count(2), '>forced-closed FFFF >closed F', 'closed'],
  ['counts calls and never opens while observing', count(2), '>observing FFFF?', 'observing'],
  ['starts with an empty window when a person closes it', count(2), 'F >closed F', 'closed'],
  ['opens for its usual time when a person opens it', count(2), '>open +9 ! +1 ?', 'half-open'],
];

describe('breaker', () => {
  test.each(ROWS)('breaker: %s', (_, settings, script, phase) => {
    expect(BreakerSettings.safeParse(settings).error).toBeUndefined();
    expect(play(settings, script).state.phase).toBe(phase);
  });

  it('breaker: a refusal contains the time after which to ask again', () => {
    const { state, now } = play(count(2), 'FF +4');
    expect(askPermission(breakerPolicy(count(2)), state, now)).toEqual({ permitted: false, waitMs: 6000 });
    const forced = play(count(2), '>forced-open');
    expect(askPermission(breakerPolicy(count(2)), forced.state, forced.now)).toEqual({ permitted: false });
  });

  it('breaker: the figures that made it open are kept', () => {
    const { state, now } = play(count(4), 'SFFF !!');
    expect(figuresOf(state, now)).toEqual({
      calls: 4,
      failed: 3,
      slow: 0,
      succeeded: 1,
      refused: 2,
      failureRate: 75,
      slowRate: 0,
    });
  });

  it('breaker: the outcome of a call from an earlier epoch is ignored', () => {
    const settings = count(2);
    const policy = breakerPolicy(settings);
    const { state, now } = play(settings, '');
    const early = askPermission(policy, state, now);
    expect(early).toEqual({ permitted: true, epoch: 0 });
    turn(policy, state, 'open', now);
    turn(policy, state, 'half-open', now);
    noteOutcome(policy, state, { verdict: 'failed', ms: 1, epoch: 0 }, now);
    noteOutcome(policy, state, { verdict: 'failed', ms: 1, epoch: 0 }, now);
    expect(state.phase).toBe('half-open');
  });

  it('breaker: the state is one JSON value', () => {
    const { state } = play(time(5, 4), 'FF +3 SF +10 F');
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});

describe('breaker window', () => {
  const calls = fc.array(fc.record({ failed: fc.boolean(), slow: fc.boolean(), after: fc.nat(4000) }), {
    maxLength: 60,
  });

  test.each([
    ['the last calls', { window: { count: 7 } }, (all: readonly { at: number }[]) => all.slice(-7)],
    [
      'the calls of the last seconds',
      { window: { time: '7s' } },
      (all: readonly { at: number }[], now: number) =>
        all.filter(({ at }) => Math.floor(at / 1000) > Math.floor(now / 1000) - 7),
    ],
  ])('breaker window: it holds %s', (_, window, expected) => {
    const policy = breakerPolicy({ ...window, slowCall: '1s' });
    fc.assert(
      fc.property(calls, (drawn) => {
        let now = 5_000_000;
        const state = createBreaker(policy, now);
        turn(policy, state, 'observing', now);
        const all = drawn.map(({ failed, slow, after }) => {
          now += after;
          noteOutcome(policy, state, { verdict: failed ? 'failed' : 'succeeded', ms: slow ? 1000 : 1 }, now);
          return { at: now, failed, slow };
        });
        const kept = expected(all, now) as typeof all;
        const { calls, failed, slow } = figuresOf(state, now);
        expect({ calls, failed, slow }).toEqual({
          calls: kept.length,
          failed: kept.filter((one) => one.failed).length,
          slow: kept.filter((one) => one.slow).length,
        });
      }),
    );
  });
});

test.each([
  [{ failureRate: 120 }, 'failureRate'],
  [{ failureRate: 0.5 }, 'failureRate'],
  [{ slowRate: '101%' }, 'slowRate'],
  [{ window: { count: 0 } }, 'window'],
  [{ window: { time: 'soon' } }, 'window'],
  [{ minCalls: 0 }, 'minCalls'],
  [{ probes: 0 }, 'probes'],
  [{ openFor: '-1s' }, 'openFor'],
])('breaker settings: %j is refused', (settings, key) => {
  expect(BreakerSettings.safeParse(settings).error!.issues[0]!.path[0]).toBe(key);
});
