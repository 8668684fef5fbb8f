// The checks of runs for test runners: as matchers for `expect.extend` of Vitest and Jest, and as functions that throw.
import { AssertionError } from 'node:assert';
import { shown } from '../domain/problem.js';
import type { Usage } from '../domain/call/usage.js';
import { agentsOf } from './call-record.js';
import {
  called,
  calledInOrder,
  calledOnly,
  usedAtMost,
  type Check,
  type ExpectedCall,
  type TestResult,
} from './checks.js';

/** What `runMatchers` adds to the matchers of a test runner. */
export interface RunMatchers<R = unknown> {
  /** The agent was called. `input`: what the input must have, at least. `times`: the number of calls. */
  toHaveCalled(agent: string, expected?: ExpectedCall): R;
  /** The agents that were called are exactly these, in whatever order. */
  toHaveCalledOnly(agents: readonly string[]): R;
  /** Calls of these agents began in this order. Other calls may have begun between them. */
  toHaveCalledInOrder(agents: readonly string[]): R;
  /** The agent was not called. */
  toHaveNeverCalled(agent: string): R;
  /** The run used at most this: `{ usd: 0.05, tokens: 1000, calls: 3 }`. */
  toHaveUsedAtMost(usage: Partial<Usage>): R;
}

const never = (run: TestResult, agent: string): Check => {
  const check = called(run, agent);
  return { ...check, pass: !check.pass };
};

/** For `expect.extend`. */
export const runMatchers = {
  toHaveCalled: (run: unknown, agent: string, expected?: ExpectedCall) => called(resultOf(run), agent, expected),
  toHaveCalledOnly: (run: unknown, agents: readonly string[]) => calledOnly(resultOf(run), agents),
  toHaveCalledInOrder: (run: unknown, agents: readonly string[]) => calledInOrder(resultOf(run), agents),
  toHaveNeverCalled: (run: unknown, agent: string) => never(resultOf(run), agent),
  toHaveUsedAtMost: (run: unknown, usage: Partial<Usage>) => usedAtMost(resultOf(run), usage),
} satisfies { [K in keyof RunMatchers]: (run: unknown, ...rest: Parameters<RunMatchers[K]>) => Check };

/** Throws an AssertionError unless the agent was called. `input`: what the input must have, at least. `times`: the number of calls. */
export const assertCalled = (run: TestResult, agent: string, expected?: ExpectedCall): void =>
  assertHolds(runMatchers.toHaveCalled(run, agent, expected));

/** Throws an AssertionError unless the agents that were called are exactly these, in whatever order. */
export const assertCalledOnly = (run: TestResult, agents: readonly string[]): void =>
  assertHolds(runMatchers.toHaveCalledOnly(run, agents));

/** Throws an AssertionError unless calls of these agents began in this order. Other calls may have begun between them. */
export const assertCalledInOrder = (run: TestResult, agents: readonly string[]): void =>
  assertHolds(runMatchers.toHaveCalledInOrder(run, agents));

/** Throws an AssertionError if the agent was called. */
export const assertNeverCalled = (run: TestResult, agent: string): void =>
  assertHolds(runMatchers.toHaveNeverCalled(run, agent));

/** Throws an AssertionError if the run used more than this: `{ usd: 0.05, tokens: 1000, calls: 3 }`. */
export const assertUsedAtMost = (run: TestResult, usage: Partial<Usage>): void =>
  assertHolds(runMatchers.toHaveUsedAtMost(run, usage));

function assertHolds({ pass, message, expected, actual }: Check): void {
  if (!pass)
    throw new AssertionError({ message: message(), expected, actual, operator: 'baton', stackStartFn: assertHolds });
}

function resultOf(run: unknown): TestResult {
  const calls = typeof run === 'object' && run !== null && 'calls' in run ? run.calls : undefined;
  if (Array.isArray(calls) && agentsOf(calls as TestResult['calls']) !== undefined) return run as TestResult;
  throw new TypeError(
    `expected a result with its calls, from run() or result() of testBaton, got ${shown(run)}; in place of run.result(), await result(run)`,
  );
}
