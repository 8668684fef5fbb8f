// The bars of the timeline, from the calls of a run as its history has them.
import { expect, test } from 'vitest';
import type { CallAttempts } from '../../../src/client/calls/call-attempts.js';
import type { CallRecord } from '../../../src/client/calls/read-calls.js';
import { makeRunPage } from '../../../src/cli/observe/run-page.js';
import { timelineData } from '../../../src/cli/picture/html/timeline-data.js';
import { parsePlan } from '../../../src/domain/plan/parse.js';
import type { RunResult } from '../../../src/domain/run/result.js';

const START = Date.UTC(2026, 10, 27, 9);
const NOW = START + 10_000;
const iso = (ms: number): string => new Date(START + ms).toISOString();

const callOf = (more: Partial<CallRecord> = {}): CallRecord => ({
  ...{ name: 'a', task: 'a', scheduledAt: START + 100, attempts: 3, status: 'succeeded' },
  ...{ startedAt: START + 5_000, endedAt: START + 6_000, ...more },
});
const earlier = (number: number, from: number, to: number) => ({
  ...{ number, from: START + from, to: START + to },
  ...{ failure: `AgentFailed: try ${number} \u202e`, isApproximate: false },
});

function barsOf(call: CallRecord, attempts: CallAttempts | undefined) {
  const plan = parsePlan({ name: 'p', tasks: { a: { agent: 'x' } } });
  const task = {
    status: 'running',
    startedAt: iso(0),
    endedAt: null,
    items: null,
    failure: null,
    attempts: 1,
    skip: null,
    origin: null,
  };
  const page = makeRunPage({
    ...{ plan, calls: [call], insides: new Map(), agentKinds: undefined, retrying: new Set<string>(), now: NOW },
    facts: { startedAt: START, page: undefined } as unknown as Parameters<typeof makeRunPage>[0]['facts'],
    result: { status: 'running', runId: 'r', tasks: { a: task } } as unknown as RunResult,
    attempts: new Map(attempts === undefined ? [] : [[call, attempts]]),
  });
  return timelineData(page).rows.flatMap(({ bars }) => bars);
}

test('timeline: earlier attempts have bars of their own, before the bar of the last attempt', () => {
  const known = { count: 3, earlier: [earlier(1, 200, 1_200), earlier(2, 2_200, 3_000)] };
  expect(barsOf(callOf(), known)).toMatchObject([
    {
      ...{ from: 100, began: 5_000, to: 6_000, attempts: 3 },
      earlier: [
        { number: 1, from: 200, to: 1_200, failure: 'AgentFailed: try 1 \\u202e' },
        { number: 2, from: 2_200, to: 3_000 },
      ],
    },
  ]);
});

test('timeline: times that are not known are not made up', () => {
  const [bar] = barsOf(callOf(), { count: 3, earlier: [], lastFailure: 'the registry is down' });
  expect(bar).toMatchObject({ attempts: 3, unknown: 2, lastFailure: 'the registry is down' });
  expect(bar).not.toHaveProperty('earlier');
});

test('timeline: an attempt that was turned away is a wait, not an attempt', () => {
  const [bar] = barsOf(callOf(), { count: 1, earlier: [] });
  expect(bar).toMatchObject({ from: 100, began: 5_000, attempts: 1 });
  expect(bar).not.toHaveProperty('unknown');
});

test('timeline: a call that waits for its next attempt has no bar that lasts until now', () => {
  const open = callOf({ status: 'waiting', attempts: 0 });
  const { startedAt: _, endedAt: __, ...pending } = open;
  const known = { count: 2, earlier: [earlier(1, 200, 1_200)], began: null };
  expect(barsOf(pending, known)[0]).not.toHaveProperty('began');
  expect(barsOf(pending, { ...known, began: START + 2_000 })[0]).toMatchObject({ began: 2_000 });
});

test('timeline: the clock of a worker that is ahead moves no attempt out of its call', () => {
  const [bar] = barsOf(callOf(), { count: 2, earlier: [earlier(1, 4_000, 90_000)] });
  expect(bar?.earlier).toMatchObject([{ from: 4_000, to: 5_000 }]);
  const [early] = barsOf(callOf(), { count: 2, earlier: [earlier(1, -90_000, -80_000)] });
  expect(early?.earlier).toMatchObject([{ from: 100, to: 100 }]);
});
