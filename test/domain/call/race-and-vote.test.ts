import { describe, expect, test } from 'vitest';
import {
  contestOf,
  isDecided,
  settleContest,
  type Answer,
  type Contest,
} from '../../../src/domain/call/race-and-vote.js';
import { failure } from '../../../src/domain/failure.js';

const usage = { calls: 1, tokens: 5, usd: 0 };
const says = (agent: string, output: unknown): Answer => ({
  agent,
  outcome: { status: 'succeeded', output, attempts: 1, usage },
});
const fails = (agent: string, attempts = 1): Answer => ({
  agent,
  outcome: { status: 'failed', failure: failure('AgentFailed', `${agent} is down`), attempts, usage },
});
const late = (agent: string): Answer => ({
  agent,
  outcome: { status: 'unknown', failure: failure('Timeout', 'late'), attempts: 1, usage },
});
const cancelled = (agent: string, began = true): Answer => ({
  agent,
  outcome: { status: began ? 'unknown' : 'cancelled', failure: failure('Cancelled', 'cancelled'), attempts: 1, usage },
});

const race: Contest = contestOf({ race: ['a', 'b', 'c'] })!;
const vote: Contest = contestOf({ vote: { agents: ['a', 'b', 'c'], quorum: 2 } })!;
const settled = (contest: Contest, ...answers: Answer[]) => settleContest(contest, answers, false);

describe('a race', () => {
  test('is decided by the first success, or once all have failed', () => {
    expect(isDecided(race, [])).toBe(false);
    expect(isDecided(race, [fails('a'), fails('b')])).toBe(false);
    expect(isDecided(race, [fails('a'), says('b', 1)])).toBe(true);
    expect(isDecided(race, [fails('a'), fails('b'), fails('c')])).toBe(true);
  });

  test('is answered by the first to succeed, and costs what all have cost', () => {
    expect(settled(race, fails('a', 3), says('c', 'yes'), cancelled('b'))).toEqual({
      outcome: { status: 'succeeded', output: 'yes', attempts: 5, usage: { calls: 3, tokens: 15, usd: 0 } },
      answeredBy: 'c',
    });
  });

  test('that nobody wins says what each has said', () => {
    const { outcome } = settled(race, fails('a'), fails('b'), fails('c'));
    expect(outcome).toMatchObject({
      status: 'failed',
      failure: {
        type: 'AllFailed',
        message:
          'none of 3 agents succeeded: a: AgentFailed: a is down; b: AgentFailed: b is down; c: AgentFailed: c is down',
      },
    });
  });

  test('of which one may have worked is unknown', () => {
    expect(settled(race, fails('a'), late('b'), fails('c')).outcome.status).toBe('unknown');
  });

  test('that was stopped is cancelled, or unknown where somebody was at work', () => {
    expect(settled(race, fails('a'), cancelled('b', false), cancelled('c', false)).outcome).toMatchObject({
      status: 'cancelled',
      failure: { type: 'Cancelled' },
    });
    expect(settled(race, fails('a'), cancelled('b'), cancelled('c', false)).outcome.status).toBe('unknown');
  });
});

describe('a vote', () => {
  test('is decided as soon as a quorum agrees, whatever the order of keys', () => {
    const answers = [says('c', { x: 1, y: [2] }), says('a', { y: [2], x: 1 })];
    expect(isDecided(vote, answers.slice(0, 1))).toBe(false);
    expect(isDecided(vote, answers)).toBe(true);
    expect(settled(vote, ...answers, cancelled('b'))).toMatchObject({
      outcome: { status: 'succeeded', output: { x: 1, y: [2] }, attempts: 3 },
      answeredBy: 'c, a',
    });
  });

  test('is lost as soon as no answer can win', () => {
    expect(isDecided(vote, [says('a', 1), says('b', 2)])).toBe(false);
    expect(isDecided(vote, [fails('a'), fails('b')])).toBe(true);
    const { outcome } = settled(vote, fails('a'), fails('b'), cancelled('c'));
    expect(outcome).toMatchObject({ status: 'failed', failure: { type: 'NoQuorum' } });
    const all: Contest = { ...vote, quorum: 3 };
    expect(isDecided(all, [says('a', 1), says('b', 2)])).toBe(true);
  });

  test('without a quorum names who said what, as much as fits', () => {
    const { outcome } = settled(vote, says('a', 'x'.repeat(1000)), says('b', 2), fails('c'));
    expect(outcome).toMatchObject({
      failure: {
        type: 'NoQuorum',
        details: [
          { agent: 'a', said: `"${'x'.repeat(199)}…` },
          { agent: 'b', said: '2' },
          { agent: 'c', said: 'AgentFailed: c is down' },
        ],
      },
    });
  });

  test('without a quorum is unknown only where what was done can be undone', () => {
    const answers = [says('a', 1), says('b', 2), says('c', 3)];
    expect(settleContest(vote, answers, false).outcome.status).toBe('failed');
    expect(settleContest(vote, answers, true).outcome.status).toBe('unknown');
  });

  test('takes its answer from the past only where nobody was asked anew', () => {
    const past = (agent: string): Answer => ({
      agent,
      outcome: { status: 'succeeded', output: 1, attempts: 0, origin: 'reused' },
    });
    expect(settled(vote, past('a'), past('b')).outcome).toHaveProperty('origin', 'reused');
    expect(settled(vote, past('a'), says('c', 1)).outcome).not.toHaveProperty('origin');
    expect(settled(vote, past('a'), past('b'), cancelled('c')).outcome).not.toHaveProperty('origin');
  });
});

test('a call that is hedged fails as the call did', () => {
  const self: Contest = { kind: 'race', agents: ['a'], quorum: 1 };
  expect(settled(self, fails('a'), fails('a')).outcome).toMatchObject({
    status: 'failed',
    attempts: 2,
    failure: { type: 'AgentFailed', message: 'a is down' },
  });
});
