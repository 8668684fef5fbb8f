// Random plans through real Workflows, their histories cut after every few events: they end as `progress` alone does.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { failure } from '../../src/domain/failure.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import type { RunResult } from '../../src/domain/run/result.js';
import { summarize } from '../../src/domain/run/summarize.js';
import { historiesOf } from '../support/histories.js';
import { randomPlan } from '../support/random-plans.js';
import { simulate } from '../support/simulate.js';
import { useDevServer, type TestAgents } from '../support/temporal.js';

const temporal = useDevServer({ dynamicConfig: ['limit.historyCount.suggestContinueAsNew=15'] });

const ITEMS = [0, 1, 2];
const FATES = [
  'fails',
  'is unknown',
  'cannot be undone',
  'is well',
  'is well',
  'is well',
  'is well',
  'is well',
] as const;

/** What becomes of a task or item: depends on nothing but its place. */
function fateOf(seed: number, task: string, index: number | undefined): (typeof FATES)[number] {
  let hash = seed;
  for (const char of `${task}/${index ?? ''}`) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return FATES[Math.abs(hash) % FATES.length]!;
}

const agentsOf = (seed: number): TestAgents => ({
  echo: (_, { correlation: { task, item } }) => {
    const fate = fateOf(seed, task, item);
    if (fate === 'fails') throw new AgentError('fails', { retryable: false });
    if (fate === 'is unknown') throw new AgentError('unknown', { type: 'Timeout' });
    return null;
  },
  undo: (_, { correlation: { task, item } }) => {
    if (fateOf(seed, task, item) === 'cannot be undone') throw new AgentError('no', { retryable: false });
  },
});

function simulated(plan: Plan, seed: number, yes: boolean): RunResult {
  const { graph, progress } = simulate(plan, {
    outcome: (task, index) => {
      const fate = fateOf(seed, task, index);
      if (fate === 'fails') return { status: 'failed', attempts: 1, failure: failure('AgentRefused', fate) };
      if (fate === 'is unknown') return { status: 'unknown', attempts: 1, failure: failure('Timeout', fate) };
      return { status: 'succeeded', attempts: 1, output: null };
    },
    items: () => ITEMS.length,
    when: () => yes,
    undone: ({ task, index }) => fateOf(seed, task, index) !== 'cannot be undone',
  });
  return { ...summarize(graph, progress, { runId: '' }), status: progress.verdict };
}

const statuses = ({ tasks }: RunResult) =>
  Object.fromEntries(Object.entries(tasks).map(([id, { status }]) => [id, status]));

/** What waits for a failure starts only where the run goes on after one. */
function fitting(plan: Plan): Plan {
  if (plan.onFailure === 'continue') return plan;
  const tasks = Object.entries(plan.tasks).map(([id, task]): [string, Task] => [
    id,
    task.join === 'any-failed' ? { ...task, join: 'all-done' } : task,
  ]);
  return { ...plan, tasks: Object.fromEntries(tasks) };
}

const plans = fc
  .sample(randomPlan, { seed: 3, numRuns: 14 })
  .map((plan, seed) => ({ plan, seed, yes: seed % 3 !== 0 }));

describe.concurrent.each(plans)('plan $seed', ({ plan, seed, yes }) => {
  const settled = { ...plan, defaults: { retry: { attempts: 1 } } };
  const options = { agents: agentsOf(seed), input: { yes, items: ITEMS } };

  test('a random run with one call at a time ends as in the simulation, and undoes in the same order', async () => {
    const one = { ...fitting(settled), concurrency: 1 };
    const [result, expected] = [await temporal.run(one, options), simulated(one, seed, yes)];
    expect(statuses(result)).toEqual(statuses(expected));
    expect(result.status).toBe(expected.status);
    expect([result.compensated, result.debt]).toEqual([expected.compensated, expected.debt]);
    expect(result.failure?.task).toBe(expected.failure?.task);
  });

  test('a random run in parallel ends each task as in the simulation, and calls it once', async () => {
    const all: Plan = { ...settled, onFailure: 'continue' };
    const { calls, result } = await temporal.start(all, options);
    expect(statuses(await result())).toEqual(statuses(simulated(all, seed, yes)));
    expect(new Set(calls.map(({ key }) => key)).size).toBe(calls.length);
  });
});

test('some of the random runs have continued as new', async () => {
  const ids: string[] = [];
  for await (const { workflowId } of temporal.env.client.workflow.list()) ids.push(workflowId);
  const counts = await Promise.all(ids.map((id) => historiesOf(temporal.env.client, id)));
  expect(Math.max(...counts)).toBeGreaterThan(1);
});
