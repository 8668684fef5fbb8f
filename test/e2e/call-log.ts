// What the agents of test/fixtures/e2e noted of their calls: `unit key attempt`, a unit being a task or an item of one.
import { readFile } from 'node:fs/promises';
import { expect, vi } from 'vitest';
import type { RunResult } from '../../src/domain/run/result.js';
import { logOf } from '../fixtures/e2e/agents.js';
import { fortyTasks, ITEMS, type Answer } from '../fixtures/e2e/forty-tasks.js';

interface Call {
  readonly agent: string;
  readonly unit: string;
  readonly key: string;
  readonly attempt: number;
}

export async function readCalls(directory: string): Promise<Call[]> {
  const logs = await Promise.all(
    ['counting', 'program'].map(async (agent) => {
      const text = await readFile(logOf(directory, agent), 'utf8').catch(() => '');
      // Without the last one, which is empty or half written.
      const lines = text.split('\n').slice(0, -1);
      return lines.map((line): Call => {
        const [unit = '', key = '', attempt = ''] = line.split(' ');
        return { agent, unit, key, attempt: Number(attempt) };
      });
    }),
  );
  return logs.flat();
}

/** Waits until calls of so many tasks have begun. */
export async function untilStarted(directory: string, tasks: number): Promise<void> {
  const started = async () => new Set((await readCalls(directory)).map(({ unit }) => unit.replace(/\[.*/, ''))).size;
  await vi.waitUntil(async () => (await started()) >= tasks, { timeout: 60_000, interval: 10 });
}

/** Every task and item of the forty, with the agent that does it. */
const UNITS = new Map(
  Object.entries(fortyTasks.tasks).flatMap(([id, { agent, forEach }]) =>
    forEach === undefined ? [[id, agent] as const] : ITEMS.map((_, index) => [`${id}[${index}]`, agent] as const),
  ),
);

/** Each task and item was called under one key, by the agent that it names, and no two under the same one. */
export function expectOneKeyEach(calls: readonly Call[]): void {
  const keys = new Map<string, Set<string>>();
  for (const { agent, unit, key } of calls) {
    const name = `${unit} ${agent}`;
    keys.set(name, (keys.get(name) ?? new Set()).add(key));
  }
  expect([...keys.keys()].sort()).toEqual([...UNITS].map(([unit, agent]) => `${unit} ${agent}`).sort());
  expect([...keys.values()].filter(({ size }) => size !== 1)).toEqual([]);
  expect(new Set([...keys.values()].flatMap((one) => [...one])).size).toBe(UNITS.size);
}

/** The run has completed, and every task has the output that its agent gave. */
export function expectNothingLost(result: RunResult): void {
  expect(result).toMatchObject({ status: 'completed', failure: null, compensated: [], debt: [] });
  expect(Object.keys(result.tasks).sort()).toEqual(Object.keys(fortyTasks.tasks).sort());
  for (const [id, { status, output }] of Object.entries(result.tasks)) {
    const { forEach, input } = fortyTasks.tasks[id]!;
    const after = (input as Answer).after.map((expression) => /\$tasks\.(\w+)\./.exec(expression)?.[1]);
    const answer = forEach === undefined ? { id, after } : ITEMS.map((item) => ({ id, item, after }));
    expect({ id, status, output }).toEqual({ id, status: 'succeeded', output: answer });
  }
  expect(result.output).toEqual(result.tasks['end0']?.output);
}
