// Budgets on a real server: what pauses a run, what lets it go on, and how sub-plans draw on the run above.
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { RunHandle } from '../../src/client/run-handle.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { RunResult } from '../../src/domain/run/result.js';
import { useTimeSkipping, type TestAgents, type TestRun } from '../support/temporal.js';

const temporal = useTimeSkipping();

/** Uses as many tokens as its input says, which is what it is expected to use unless it says another number. */
const paid = (tokens: number): TestAgents['x'] => ({
  estimate: { tokens },
  run: (input, { usage }) => {
    usage({ tokens: typeof input === 'number' ? input : tokens });
    return 'paid';
  },
});
const agents: TestAgents = { paid: paid(100), undo: () => null };
const call = (more: Partial<Task> = {}): Task => ({ agent: 'paid', ...more });
const threeInParallel: Plan = { name: 'three', tasks: { a: call(), b: call(), c: call() } };

const standing = async ({ run }: TestRun) => {
  const { status, pausedBecause, budget } = await run.snapshot();
  return { status, pausedBecause, budget };
};
const untilPaused = (run: TestRun) =>
  expect.poll(async () => (await standing(run)).pausedBecause).toBe('budget-exceeded');

describe('a run at its hard limit', () => {
  test('a run at its hard limit is paused, reports it, and continues as far as the limit is raised', async () => {
    const started = await temporal.start(threeInParallel, { agents, budget: { tokens: 100 } });
    const { run, said, result } = started;
    await untilPaused(started);
    expect(said()).toEqual(['paid a']);
    expect(await standing(started)).toEqual({
      status: 'paused',
      pausedBecause: 'budget-exceeded',
      budget: {
        limits: { tokens: 100 },
        spent: { calls: 1, tokens: 100, usd: 0 },
        reserved: { calls: 0, tokens: 0, usd: 0 },
      },
    });
    await expect(run.resume()).rejects.toThrow(`run ${run.id} is paused by its budget: raise the budget to continue`);
    await run.raiseBudget({ tokens: 100 });
    await untilPaused(started);
    await expect.poll(() => said()).toEqual(['paid a', 'paid b']);
    await run.raiseBudget({ tokens: 150 });
    const ended = RunResult.parse(await result());
    expect(ended).toMatchObject({ status: 'completed', usage: { calls: 3, tokens: 300 } });
    expect(ended.budget).toMatchObject({ limits: { tokens: 350 }, spent: { tokens: 300 } });
  });

  test('raiseBudget is rejected for an amount without a limit, and for an invalid addition', async () => {
    const started = await temporal.start(threeInParallel, { agents, budget: { tokens: 100 } });
    const { run } = started;
    await untilPaused(started);
    await expect(run.raiseBudget({ usd: 1, tokens: 1 })).rejects.toThrow(
      `the budget of run ${run.id} has no limit of usd to raise`,
    );
    await expect(run.raiseBudget({ tokens: -1 })).rejects.toThrow('add.tokens: expected');
    await expect(run.raiseBudget({})).rejects.toThrow('add: expected at least one of calls, tokens, usd and duration');
    const free = await temporal.start({ name: 'free', tasks: { w: { wait: '1h' } } });
    await expect(free.run.raiseBudget({ tokens: 1 })).rejects.toThrow(
      `run ${free.id} has no budget: there is nothing to raise`,
    );
    await Promise.all([run.cancel(), free.run.cancel()]);
  });

  test('a paused run that is cancelled undoes its work and counts the cost of that', async () => {
    const undo = {
      run: (_: unknown, { usage }: { usage: (spent: { tokens: number }) => void }) => usage({ tokens: 7 }),
    };
    const started = await temporal.start(
      {
        name: 'undone',
        tasks: { a: call({ compensate: { agent: 'undo' } }), b: call({ needs: ['a'] }) },
        budget: { tokens: 100 },
      },
      { agents: { ...agents, undo } },
    );
    await untilPaused(started);
    await started.run.cancel();
    const { status, compensated, budget, pausedBecause } = await started.result();
    expect({ status, compensated, pausedBecause }).toEqual({ status: 'cancelled', compensated: ['a'] });
    expect(started.said()).toEqual(['paid a', 'undo a']);
    expect(budget!.spent.tokens).toBe(107);
  });

  test('a run at its limit of duration is paused, and continues for the time that is added', async () => {
    const started = await temporal.start(
      {
        name: 'slow',
        budget: { duration: '1h' },
        tasks: { ok: { approve: { title: 'ok?' } }, b: call({ needs: ['ok'] }) },
      },
      { agents },
    );
    const { run, result } = started;
    await temporal.env.sleep('2h');
    await untilPaused(started);
    await run.approve('ok');
    await expect.poll(async () => (await run.snapshot()).tasks['ok']!.status).toBe('succeeded');
    expect((await run.snapshot()).tasks['b']!.status).toBe('pending');
    await run.raiseBudget({ duration: '1d' });
    expect(await result()).toMatchObject({ status: 'completed', budget: { limits: { duration: '25h' } } });
  });
});

test('optional tasks are left out at the soft limit, and the run completes', async () => {
  const { tasks, status, budget } = await temporal.run(
    {
      name: 'soft',
      budget: { tokens: { soft: 100, hard: 500 } },
      tasks: {
        a: call(),
        extra: call({ needs: ['a'], optional: true }),
        c: call({ needs: ['extra'], join: 'none-failed' }),
      },
    },
    { agents },
  );
  expect(status).toBe('completed');
  expect(tasks['extra']).toMatchObject({ status: 'skipped', skip: { cause: 'budget' } });
  expect(budget!.spent.tokens).toBe(200);
});

test('the budget given at the start replaces that of the plan, limit by limit', async () => {
  const { budget } = await temporal.run(
    { name: 'both', budget: { tokens: 1, calls: 5 }, tasks: { a: call() } },
    { agents, budget: { tokens: 1000 } },
  );
  expect(budget!.limits).toEqual({ tokens: 1000, calls: 5 });
});

test('a fallback waits until the budget has room for it', async () => {
  const started = await temporal.start(
    { name: 'fallback', budget: { tokens: 120 }, tasks: { a: { agent: 'no', fallback: { agent: 'paid' } } } },
    {
      agents: {
        ...agents,
        no: {
          estimate: { tokens: 50 },
          run: (_, { usage }) => {
            usage({ tokens: 50 });
            return Promise.reject(new AgentError('no', { retryable: false }));
          },
        },
      },
    },
  );
  await untilPaused(started);
  expect(started.said()).toEqual(['no a']);
  await started.run.raiseBudget({ tokens: 30 });
  expect(await started.result()).toMatchObject({
    status: 'completed',
    usage: { tokens: 150 },
    budget: { spent: { tokens: 150 } },
  });
});

describe('a sub-plan', () => {
  const inner: Plan = { name: 'inner', tasks: { x: call(), y: call({ needs: ['x'] }) } };

  test('a sub-plan draws on the budget of its parent, which is charged with the real usage', async () => {
    const { status, budget, usage } = await temporal.run(
      { name: 'outer', tasks: { sub: { plan: inner }, after: call({ needs: ['sub'] }) } },
      { agents, budget: { tokens: 300, calls: 10 } },
    );
    expect([status, usage]).toEqual(['completed', { calls: 3, tokens: 300, usd: 0 }]);
    expect(budget).toMatchObject({ spent: { calls: 3, tokens: 300 }, reserved: { tokens: 0 } });
  });

  test('a sub-plan that has used up the rest pauses its parent, and gets the amount by which the parent is raised', async () => {
    const started = await temporal.start(
      { name: 'outer', tasks: { sub: { plan: inner } } },
      { agents, budget: { tokens: 150 } },
    );
    const { id, run, said, result } = started;
    await untilPaused(started);
    expect(said()).toEqual(['paid x']);
    const sub = new RunHandle(temporal.env.client, `${id}/sub`);
    expect(await sub.snapshot()).toMatchObject({
      status: 'paused',
      pausedBecause: 'budget-exceeded',
      budget: { limits: { tokens: 150 }, spent: { tokens: 100 } },
    });
    await expect(sub.raiseBudget({ tokens: 50 })).rejects.toThrow(
      `run ${id}/sub draws on the budget of run ${id}: raise that budget instead`,
    );
    await run.raiseBudget({ tokens: 50 });
    expect(await result()).toMatchObject({
      status: 'completed',
      usage: { tokens: 200 },
      budget: { limits: { tokens: 200 }, spent: { tokens: 200 } },
    });
  });

  test('a sub-plan with a limit runs in parallel with others; one without gets everything that is left', async () => {
    const bounded: Plan = { ...inner, budget: { tokens: 200 } };
    const { status, usage } = await temporal.run(
      {
        name: 'outer',
        tasks: { one: { plan: bounded }, two: { plan: bounded }, rest: { plan: inner }, more: { plan: inner } },
      },
      { agents, budget: { tokens: 800 } },
    );
    expect([status, usage.tokens]).toEqual(['completed', 800]);
  });

  test('a sub-plan at a limit that only it has is raised itself, while its parent continues', async () => {
    const { id, run, result } = await temporal.start(
      { name: 'outer', tasks: { sub: { plan: { ...inner, budget: { calls: 1 } } }, after: call({ needs: ['sub'] }) } },
      { agents, budget: { tokens: 1000 } },
    );
    await expect.poll(async () => (await run.snapshot()).pausedBecause).toBe('budget-exceeded');
    await expect(run.raiseBudget({ calls: 1 })).rejects.toThrow(
      `the budget of run ${id} has no limit of calls to raise; the run that needs more budget is ${id}/sub`,
    );
    await new RunHandle(temporal.env.client, `${id}/sub`).raiseBudget({ calls: 1 });
    expect(await result()).toMatchObject({ status: 'completed', usage: { tokens: 300 } });
  });

  test('each sub-plan of a forEach gets its own part of the budget', async () => {
    const started = await temporal.start(
      {
        name: 'outer',
        tasks: { each: { plan: { ...inner, budget: { tokens: 200 } }, forEach: { items: [1, 2, 3] } } },
      },
      { agents, budget: { tokens: 400 } },
    );
    await untilPaused(started);
    expect(started.said()).toHaveLength(4);
    await started.run.raiseBudget({ tokens: 200 });
    expect(await started.result()).toMatchObject({ status: 'completed', usage: { tokens: 600 } });
  });
});
