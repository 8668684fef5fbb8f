import { expect, test } from 'vitest';
import { advance } from '../../../src/domain/progress/advance.js';
import { failure } from '../../../src/domain/failure.js';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import { createProgress } from '../../../src/domain/progress/progress.js';
import { RunResult, type TaskResult } from '../../../src/domain/run/result.js';
import { jsonBytes } from '../../../src/domain/json/byte-size.js';
import { fitToPayload } from '../../../src/domain/run/fit-to-payload.js';
import { summarize } from '../../../src/domain/run/summarize.js';

const task = (more: Partial<TaskResult> = {}): TaskResult => ({
  status: 'succeeded',
  agent: 'a',
  attempts: 1,
  output: null,
  failure: null,
  startedAt: null,
  endedAt: null,
  skip: null,
  items: null,
  ...more,
});
const result = (tasks: Record<string, TaskResult>): RunResult => ({
  runId: 'r',
  plan: 'p',
  status: 'completed',
  output: 'kept',
  failure: null,
  tasks,
  compensated: [],
  debt: [],
  usage: { calls: 0, tokens: 0, usd: 0 },
});

test('a result that fits is left as it is', () => {
  const small = result({ a: task({ output: 'x' }) });
  expect(fitToPayload(small)).toBe(small);
});

test('the largest outputs are left out first, and as few as need be', () => {
  const whole = result({
    small: task({ output: 'x'.repeat(10) }),
    large: task({ output: 'x'.repeat(5000) }),
    middle: task({ output: 'x'.repeat(1000) }),
  });
  const fitted = fitToPayload(whole, 2500);
  expect(jsonBytes(fitted)).toBeLessThanOrEqual(2500);
  expect(fitted.tasks['large']).toMatchObject({ output: null, omittedBytes: 5002 });
  expect(fitted.tasks['middle']!.output).toHaveLength(1000);
  expect(fitted.output).toBe('kept');
  expect(RunResult.parse(fitted)).toEqual(fitted);
});

test('where outputs are not all there is, the lists of failed items and then the details of failures go', () => {
  const why = failure('AgentFailed', 'no', { details: 'x'.repeat(1000) });
  const whole = result({
    each: task({ failures: Array.from({ length: 100 }, (_, index) => ({ index, failure: why })) }),
    bad: task({ status: 'failed', failure: why }),
  });
  const listless = fitToPayload(whole, 3000);
  expect(listless.tasks['each']!.failures).toBeUndefined();
  expect(listless.tasks['bad']!.failure).toEqual(why);
  const bare = fitToPayload(whole, 800);
  expect(bare.tasks['bad']!.failure).toEqual({ type: 'AgentFailed', message: 'no' });
  expect(RunResult.parse(bare)).toEqual(bare);
});

test('a run that is paused and then stops is not paused any more', () => {
  const graph = buildGraph({ name: 'p', tasks: { a: { agent: 'a', compensate: { agent: 'b' } } } });
  const progress = createProgress(graph);
  advance(graph, progress, { type: 'paused', because: 'user' });
  expect(summarize(graph, progress, { runId: 'r' })).toMatchObject({ status: 'paused', pausedBecause: 'user' });
  const why = failure('RunCancelled', 'cancelled');
  advance(graph, progress, { type: 'stopped', verdict: 'cancelled', failure: why, now: 0 });
  const stopped = summarize(graph, progress, { runId: 'r' });
  expect(stopped.status).toBe('running');
  expect(stopped.pausedBecause).toBeUndefined();
});
