import { describe, expect, it } from 'vitest';
import { MAX_VALUE_BYTES, jsonBytes } from '../../../src/domain/json/byte-size.js';
import { fitToPayload } from '../../../src/domain/run/fit-to-payload.js';
import { RunResult, type TaskResult } from '../../../src/domain/run/result.js';

const task = (status: TaskResult['status']): TaskResult => ({
  status,
  agent: 'echo',
  attempts: 1,
  output: null,
  failure: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:01.000Z',
  skip: null,
  items: null,
});

const resultOf = (tasks: Record<string, TaskResult>, more: Partial<RunResult> = {}): RunResult => ({
  runId: 'r',
  plan: 'p',
  status: 'cancelled',
  output: null,
  failure: null,
  tasks,
  compensated: [],
  debt: [],
  usage: { calls: 0, tokens: 0, usd: 0 },
  ...more,
});

const many = (count: number, status: TaskResult['status']) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${status}${i}`, task(status)]));

describe('fitToPayload', () => {
  it('leaves out tasks of a run that has tens of thousands, those that failed last, and says how many', () => {
    const tasks = { ...many(30_000, 'pending'), ...many(20_000, 'succeeded'), ...many(20, 'failed') };
    const fitted = fitToPayload(resultOf(tasks));
    expect(jsonBytes(fitted)).toBeLessThanOrEqual(MAX_VALUE_BYTES);
    expect(RunResult.parse(fitted)).toEqual(fitted);
    const statuses = Object.values(fitted.tasks).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'failed')).toHaveLength(20);
    expect(statuses).not.toContain('pending');
    expect(statuses.length + fitted.omittedTasks!).toBe(50_020);
  });

  it('counts all that is left out, also when it is fitted again into less', () => {
    const once = fitToPayload(resultOf(many(50_000, 'succeeded')));
    const twice = fitToPayload(once, 64 * 1024);
    expect(jsonBytes(twice)).toBeLessThanOrEqual(64 * 1024);
    expect(Object.keys(twice.tasks).length + twice.omittedTasks!).toBe(50_000);
  });

  it('keeps the debt when the lists of ids do not fit either', () => {
    const compensated = Array.from({ length: 50_000 }, (_, i) => `task-number-${i}`);
    const fitted = fitToPayload(resultOf(many(100, 'compensated'), { compensated, debt: ['a'] }), 64 * 1024);
    expect(jsonBytes(fitted)).toBeLessThanOrEqual(64 * 1024);
    expect(fitted).toMatchObject({ compensated: [], debt: ['a'] });
  });
});
