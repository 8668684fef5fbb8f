// Plans that are planned anew when they fail, on a real server: what stays, what is undone, and how it ends.
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { Plan, Replan, Task } from '../../src/domain/plan/plan.js';
import type { PlannerRequest } from '../../src/domain/planning/request.js';
import { RunResult } from '../../src/domain/run/result.js';
import { gate } from '../support/gate.js';
import { historiesOf } from '../support/histories.js';
import { useDevServer, type TestAgents } from '../support/temporal.js';

const temporal = useDevServer();
const cut = useDevServer({ dynamicConfig: ['limit.historyCount.suggestContinueAsNew=25'] });

const refuses = () => Promise.reject(new AgentError('no', { retryable: false }));
const undoable = (more: Partial<Task> = {}): Task => ({ agent: 'echo', compensate: { agent: 'undo' }, ...more });
const no = (more: Partial<Task> = {}): Task => ({ agent: 'no', ...more });

/** A planner that gives these answers, one after another, and notes what it was asked. */
function scripted(...answers: unknown[]) {
  const asked: PlannerRequest[] = [];
  const planner: TestAgents[string] = (request) => {
    asked.push(request as PlannerRequest);
    return answers[asked.length - 1] ?? answers.at(-1);
  };
  return { asked, agents: { planner, no: refuses, undo: () => null } satisfies TestAgents };
}

const failing = (tasks: Plan['tasks'], replan: Partial<Replan> = {}, more: Partial<Plan> = {}): Plan => ({
  name: 'failing',
  onFailure: 'replan',
  replan: { planner: 'planner', ...replan },
  tasks,
  ...more,
});

describe('a plan that has failed', () => {
  test('a re-planned run continues with the rest: tasks that succeeded do not run again and can be read', async () => {
    const { asked, agents } = scripted({
      tasks: { again: { agent: 'echo', input: '{% $tasks.read.output.n + 1 %}' } },
      output: '{% $tasks.again.output %}',
    });
    const plan = failing(
      {
        read: { agent: 'echo', input: { n: 41 } },
        scan: no({ needs: ['read'] }),
        tell: { agent: 'echo', needs: ['scan'] },
      },
      {},
      { description: 'add one', output: '{% $tasks.tell.output %}' },
    );
    const { result, said, calls } = await temporal.start(plan, { agents, input: { x: 1 } });
    const ended = RunResult.parse(await result());
    expect(ended).toMatchObject({ status: 'completed', output: 42, failure: null, usage: { calls: 4 } });
    expect(said()).toEqual(['echo read', 'no scan', 'planner replan-1', 'echo again']);
    expect(ended.tasks).toMatchObject({ read: { status: 'succeeded' }, again: { status: 'succeeded' } });
    expect(Object.keys(ended.tasks)).toEqual(['read', 'again']);
    const failed = [{ task: 'scan', failure: { type: 'AgentRefused', message: 'no' } }];
    expect(ended.replans).toMatchObject([
      { failure: { type: 'TaskFailed', task: 'scan' }, failed, dropped: [], of: 2 },
    ]);
    expect(calls.at(-1)!.key).toMatch(/\/again~1$/);
    expect(asked).toEqual([
      {
        goal: 'add one',
        input: { x: 1 },
        agents: [{ type: 'echo' }, { type: 'no' }, { type: 'undo' }],
        limits: { maxTasks: 50, maxItems: 1_000, depth: 0 },
        replan: {
          plan: { tasks: plan.tasks, output: plan.output },
          failure: { type: 'TaskFailed', message: 'task scan failed: AgentRefused: no', task: 'scan' },
          succeeded: [{ id: 'read', agent: 'echo', output: '{% $tasks.read.output %}', bytes: 8, preview: '{"n":41}' }],
          ended: [
            { id: 'scan', status: 'failed', why: 'AgentRefused: no' },
            { id: 'tell', status: 'skipped', why: 'because of scan' },
          ],
          left: 1,
        },
      },
    ]);
  });

  test('a re-planned run undoes dropped tasks in reverse order before the new plan starts', async () => {
    const { agents } = scripted({ tasks: { next: { agent: 'echo', needs: ['a'] } } });
    const plan = failing({
      a: undoable(),
      b: undoable({ needs: ['a'] }),
      each: undoable({ needs: ['b'], forEach: { items: [1, 2] }, input: '{% $item %}' }),
      sub: { plan: { name: 'sub', tasks: { x: undoable() } }, needs: ['b'] },
      last: no({ needs: ['each', 'sub'] }),
    });
    const { result, said } = await temporal.start(plan, { agents });
    const { status, compensated, replans } = await result();
    expect({ status, compensated: compensated.toSorted() }).toEqual({
      status: 'completed',
      compensated: ['b', 'each', 'sub'],
    });
    expect(replans![0]!.dropped).toEqual(['b', 'each', 'sub']);
    const told = said();
    const undone = told.slice(told.indexOf('planner replan-1') + 1);
    expect(undone.slice(0, 3).toSorted()).toEqual(['undo each[0]', 'undo each[1]', 'undo x']);
    expect(undone.slice(3)).toEqual(['undo b', 'echo next']);
  });

  test('a re-planned run that fails for the last time undoes kept and new tasks', async () => {
    const { agents, asked } = scripted({ tasks: { more: undoable({ needs: ['a'] }), last: no({ needs: ['more'] }) } });
    const plan = failing({ a: undoable(), scan: no({ needs: ['a'] }) }, { replans: 1 });
    const { result, said, calls } = await temporal.start(plan, { agents });
    const ended = await result();
    expect(ended).toMatchObject({ status: 'failed', compensated: ['more', 'a'], failure: { task: 'last' } });
    expect(ended.replans).toHaveLength(1);
    expect(asked).toHaveLength(1);
    expect(said().slice(-3)).toEqual(['no last', 'undo more', 'undo a']);
    const keys = calls.map(({ key }) => key.slice(key.indexOf('/')));
    expect(keys.slice(-2)).toEqual(['/more~1:compensate', '/a:compensate']);
  });

  test('a new plan may reuse the id of a failed task, whose call gets another key', async () => {
    const { agents } = scripted({
      tasks: { scan: { agent: 'echo', input: 1 }, sub: { plan: { name: 'sub', tasks: { x: { agent: 'echo' } } } } },
      output: '{% $tasks.scan.output %}',
    });
    const plan = failing({ scan: no({ needs: ['sub'] }), sub: { plan: { name: 'sub', tasks: { x: no() } } } });
    const { id, result, calls } = await temporal.start(plan, { agents });
    expect(await result()).toMatchObject({ status: 'completed', output: 1 });
    expect(calls.map(({ key }) => key)).toEqual([
      `${id}/sub/x`,
      `${id}/replan-1:plan`,
      expect.stringMatching(/(scan~1|sub~1\/x)$/),
      expect.stringMatching(/(scan~1|sub~1\/x)$/),
    ]);
  });

  test('a re-planned run keeps a forEach with its tolerated failures, and the needs of kept tasks as they ended', async () => {
    const odd: TestAgents[string] = (n) => (Number(n) % 2 === 0 ? n : refuses());
    const { agents } = scripted({
      tasks: { next: { agent: 'echo', input: '{% $append($tasks.each.output, $tasks.any.output) %}' } },
      output: '{% $tasks.next.output %}',
    });
    const plan = failing({
      off: { agent: 'echo', when: '{% false %}' },
      each: {
        agent: 'odd',
        forEach: { items: [0, 1, 2], tolerate: 1 },
        input: '{% $item %}',
        needs: ['off'],
        join: 'none-failed',
      },
      any: { agent: 'echo', input: 'any', needs: ['each', 'off'], join: 'any-succeeded' },
      scan: no({ needs: ['any'] }),
    });
    const { result, calls } = await temporal.start(plan, { agents: { ...agents, odd } });
    const { status, output, tasks } = await result();
    expect({ status, output }).toEqual({ status: 'completed', output: [0, null, 2, 'any'] });
    expect(Object.keys(tasks)).toEqual(['off', 'each', 'any', 'next']);
    expect(tasks['off']).toMatchObject({ status: 'skipped', skip: { cause: 'condition' } });
    expect(calls.filter(({ task }) => task === 'each')).toHaveLength(3);
  });

  test('a run whose output cannot be evaluated is re-planned', async () => {
    const { agents } = scripted({ tasks: {}, output: '{% $tasks.a.output %}' });
    const plan = failing({ a: { agent: 'echo', input: 7 } }, {}, { output: "{% $error('no') %}" });
    const { result, said } = await temporal.start(plan, { agents });
    expect(await result()).toMatchObject({ status: 'completed', output: 7 });
    expect(said()).toEqual(['echo a', 'planner replan-1']);
  });
});

describe('the planner', () => {
  test('a re-planning: the planner gets all problems of its answer, in calls with new names', async () => {
    const { agents, asked } = scripted(
      { tasks: { next: { agent: 'nobody', needs: ['scan'] } }, output: '{% $tasks.gone.output %}' },
      { tasks: { next: { agent: 'echo', input: 3 } }, output: '{% $tasks.next.output %}' },
    );
    const { result, calls } = await temporal.start(failing({ scan: no() }), { agents });
    expect(await result()).toMatchObject({ status: 'completed', output: 3 });
    expect(asked[1]!.rejected!.problems.map(({ code, path }) => `${code} ${path}`).toSorted()).toEqual([
      'plan.unknown-agent tasks.next.agent',
      'plan.unknown-need tasks.next.needs[0]',
      'plan.unknown-task output',
    ]);
    expect(calls.slice(1, 3).map(({ key }) => key.split('/')[1])).toEqual(['replan-1:plan', 'replan-1:repair-1']);
  });

  test.each<[string, unknown, string]>([
    ['whose plans are refused', { tasks: { next: { agent: 'nobody' } } }, 'PlanRejected'],
    ['that answers no plan', 'no idea', 'PlanRejected'],
  ])('a re-planning: %s ends the run, which is undone', async (_, answer, type) => {
    const { agents, asked } = scripted(answer);
    const ended = await temporal.run(failing({ a: undoable(), scan: no({ needs: ['a'] }) }, { repairs: 1 }), {
      agents,
    });
    expect(ended).toMatchObject({ status: 'failed', compensated: ['a'] });
    expect(ended.failure).toMatchObject({ type, task: 'scan', cause: 'task scan failed: AgentRefused: no' });
    expect(asked).toHaveLength(2);
  });

  test('a re-planning: the planner is informed if the kept state would be too large', async () => {
    const { agents, asked } = scripted(
      { tasks: { next: { agent: 'echo', needs: ['a', 'b'] } } },
      { tasks: { next: { agent: 'echo', needs: ['a'] } } },
    );
    const big: TestAgents[string] = () => 'x'.repeat(1_200_000);
    const plan = failing({ a: { agent: 'big' }, b: { agent: 'big' }, scan: no({ needs: ['a', 'b'] }) });
    const { status, replans } = await temporal.run(plan, { agents: { ...agents, big } });
    expect({ status, dropped: replans?.[0]?.dropped }).toEqual({ status: 'completed', dropped: ['b'] });
    expect(asked[1]!.rejected!.problems).toMatchObject([{ code: 'plan.too-large' }]);
  });

  test('a re-planning: a planner that fails ends the run, which is undone', async () => {
    const { agents } = scripted();
    const ended = await temporal.run(failing({ a: undoable(), scan: no({ needs: ['a'] }) }), {
      agents: { ...agents, planner: () => Promise.reject(new AgentError('it cannot be done', { retryable: false })) },
    });
    expect(ended).toMatchObject({ status: 'failed', compensated: ['a'] });
    expect(ended.failure).toMatchObject({
      type: 'AgentRefused',
      message: 'no plan to continue with: it cannot be done',
    });
  });

  test('a re-planning: the planner is cancelled with the run, which undoes everything', async () => {
    const { agents } = scripted();
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const planner: TestAgents[string] = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('cancelled')));
        asked();
      });
    const plan = failing({ a: undoable(), scan: no({ needs: ['a'] }) });
    const { run, result } = await temporal.start(plan, { agents: { ...agents, planner } });
    await isAsked;
    await run.cancel();
    expect(await result()).toMatchObject({
      status: 'cancelled',
      compensated: ['a'],
      failure: { type: 'RunCancelled' },
    });
  });

  test('a re-planning: sensitive agents need a new approval, even if the earlier plan was approved', async () => {
    const { agents, asked } = scripted(
      { tasks: { next: { agent: 'pay', needs: ['ok'] } } },
      { tasks: { sure: { approve: { title: 'sure?' } }, next: { agent: 'pay', needs: ['sure'] } } },
    );
    const plan = failing({ ok: { approve: { title: 'ok?' } }, scan: no({ needs: ['ok'] }) });
    const pay = { sensitive: true, run: () => 'paid' };
    const { run, result } = await temporal.start(plan, { agents: { ...agents, pay } });
    const isAsking = async (task: string) => (await run.snapshot()).tasks[task]?.status === 'running';
    await expect.poll(() => isAsking('ok')).toBe(true);
    await run.approve('ok');
    await expect.poll(() => isAsking('sure')).toBe(true);
    await run.approve('sure');
    expect(await result()).toMatchObject({ status: 'completed', tasks: { next: { output: 'paid' } } });
    expect(asked[1]!.rejected!.problems).toMatchObject([{ code: 'plan.needs-approval', path: 'tasks.next.agent' }]);
  });
});

test('a run that is cancelled while it undoes dropped tasks does not continue', async () => {
  const { agents } = scripted({ tasks: { next: { agent: 'echo', needs: ['a'] } } });
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  let end = () => {};
  const mayEnd = new Promise<void>((resolve) => (end = resolve));
  const slow: TestAgents[string] = async () => {
    begun();
    await mayEnd;
  };
  const plan = failing({
    a: undoable(),
    b: { agent: 'echo', needs: ['a'], compensate: { agent: 'slow' } },
    scan: no({ needs: ['b'] }),
  });
  const { run, result, said } = await temporal.start(plan, { agents: { ...agents, slow } });
  await hasBegun;
  await run.cancel();
  await expect.poll(async () => (await run.snapshot()).failure?.type).toBe('RunCancelled');
  end();
  expect(await result()).toMatchObject({ status: 'cancelled', compensated: ['b', 'a'] });
  expect(said().slice(-2)).toEqual(['slow b', 'undo a']);
});

test('a parent awaits a sub-plan that is re-planned, and undoes its last plan', async () => {
  const { agents } = scripted({ tasks: { other: undoable({ needs: ['x'] }) }, output: '{% $tasks.other.output %}' });
  const inner = failing({ x: undoable({ input: 1 }), y: no({ needs: ['x'] }) });
  const plan: Plan = {
    name: 'outer',
    tasks: { sub: { plan: inner, input: {} }, last: no({ needs: ['sub'] }) },
  };
  const { result, said, calls } = await temporal.start(plan, { agents });
  expect(await result()).toMatchObject({ status: 'failed', compensated: ['sub'] });
  expect(said()).toEqual(['echo x', 'no y', 'planner replan-1', 'echo other', 'no last', 'undo other', 'undo x']);
  expect(calls.at(-2)!.key).toMatch(/\/sub\/other~1:compensate$/);
});

describe('a goal', () => {
  const solve = (more: object = {}): Plan => ({
    name: 'solve',
    tasks: {
      solve: { decompose: { goal: 'do it', planner: 'planner', onFailure: 'replan', ...more }, input: { n: 5 } },
    },
    output: '{% $tasks.solve.output %}',
  });
  const first: Plan = {
    name: 'first',
    tasks: { a: { agent: 'echo', input: '{% $input.n %}' }, b: no({ needs: ['a'] }) },
  };
  const second = {
    tasks: { c: { agent: 'echo', input: '{% $tasks.a.output + 1 %}' } },
    output: '{% $tasks.c.output %}',
  };

  test('a decomposition is re-planned by its planner within its limits, and the last plan is in the result', async () => {
    const { agents, asked } = scripted(first, { tasks: { c: { agent: 'undo' } } }, second);
    const plan = solve({ agents: ['echo', 'no'], maxTasks: 3, replans: 1 });
    const { result, said } = await temporal.start(plan, { agents });
    const { status, output, tasks } = await result();
    expect({ status, output }).toEqual({ status: 'completed', output: 6 });
    expect(said()).toEqual(['planner solve', 'echo a', 'no b', 'planner replan-1', 'planner replan-1', 'echo c']);
    expect(asked[1]).toMatchObject({ goal: 'do it', input: { n: 5 }, limits: { maxTasks: 3 }, replan: { left: 0 } });
    expect(asked[2]!.rejected!.problems).toMatchObject([{ code: 'plan.unknown-agent', path: 'tasks.c.agent' }]);
    expect(Object.keys((tasks['solve']!.plan as Plan).tasks)).toEqual(['a', 'c']);
  });

  test('a generated plan that requests its own re-planning is rejected', async () => {
    const { agents, asked } = scripted({ ...first, onFailure: 'replan', replan: { planner: 'planner' } }, first);
    const plan = solve({ onFailure: undefined });
    const { status, tasks } = await temporal.run(plan, { agents });
    expect(status).toBe('failed');
    expect(asked[1]!.rejected!.problems).toMatchObject([{ code: 'plan.replan-made', path: 'onFailure' }]);
    expect(tasks['solve']!.failure!.type).toBe('SubPlanFailed');
  });
});

describe('a budget', () => {
  const paid = (tokens: number): TestAgents[string] => ({
    estimate: { tokens },
    run: (_, { usage }) => usage({ tokens }),
  });

  test('a re-planning waits for budget for the planner, and earlier spending still counts', async () => {
    const { agents, asked } = scripted({ tasks: { more: { agent: 'paid' } } });
    const planner: TestAgents[string] = {
      estimate: { tokens: 50 },
      run: (input, context) => {
        context.usage({ tokens: 50 });
        return agents.planner(input, context);
      },
    };
    const plan = failing({ a: { agent: 'paid' }, scan: no({ needs: ['a'] }) }, {}, { budget: { tokens: 100 } });
    const { run, result } = await temporal.start(plan, { agents: { ...agents, planner, paid: paid(60) } });
    const paused = async () => (await run.snapshot()).pausedBecause;
    await expect.poll(paused).toBe('budget-exceeded');
    expect(asked).toHaveLength(0);
    await run.raiseBudget({ tokens: 10 });
    await expect.poll(() => asked.length).toBe(1);
    await expect.poll(paused).toBe('budget-exceeded');
    await run.raiseBudget({ tokens: 60 });
    expect(await result()).toMatchObject({
      status: 'completed',
      usage: { calls: 4, tokens: 170 },
      budget: { limits: { tokens: 170 }, spent: { tokens: 170 }, reserved: { tokens: 0 } },
    });
  });
});

test('a sub-plan without budget for its re-planning pauses its parent, and continues when that is raised', async () => {
  const first: Plan = { name: 'first', tasks: { a: { agent: 'paid' }, b: no({ needs: ['a'] }) } };
  const { agents } = scripted(first, { tasks: { c: { agent: 'echo', needs: ['a'] } } });
  const costs = (tokens: number, run: TestAgents[string]): TestAgents[string] => ({
    estimate: { tokens },
    run: (input, context) => {
      context.usage({ tokens });
      return typeof run === 'function' ? run(input, context) : null;
    },
  });
  const plan: Plan = {
    name: 'above',
    budget: { tokens: 100 },
    tasks: { solve: { decompose: { goal: 'do it', planner: 'planner', onFailure: 'replan' } } },
  };
  const { run, result, said } = await temporal.start(plan, {
    agents: { ...agents, planner: costs(40, agents.planner), paid: costs(30, () => 1) },
  });
  await expect.poll(async () => (await run.snapshot()).pausedBecause).toBe('budget-exceeded');
  expect(said()).toEqual(['planner solve', 'paid a', 'no b']);
  await run.raiseBudget({ tokens: 10 });
  expect(await result()).toMatchObject({ status: 'completed', budget: { spent: { tokens: 110 } } });
  expect(said().slice(-2)).toEqual(['planner replan-1', 'echo c']);
});

test('a re-planned run: the sub-plan of a task that the re-planning added is listed while it runs', async () => {
  const [begun, end] = [gate(), gate()];
  const { agents } = scripted({ tasks: { sub: { plan: { name: 'sub', tasks: { x: { agent: 'slow' } } } } } });
  const slow: TestAgents[string] = async () => {
    begun.open();
    await end.opened;
  };
  const { id, run, result } = await temporal.start(failing({ scan: no() }), { agents: { ...agents, slow } });
  await begun.opened;
  expect((await run.observe()).below).toEqual([`${id}/sub~1`]);
  end.open();
  expect(await result()).toMatchObject({ status: 'completed' });
});

test('a re-planned run keeps a pause, and events that no task has taken', async () => {
  const { agents } = scripted({ tasks: { come: { event: 'go' } }, output: '{% $tasks.come.output %}' });
  let end = () => {};
  const mayEnd = new Promise<void>((resolve) => (end = resolve));
  const slow: TestAgents[string] = () => mayEnd.then(refuses);
  const { run, result, said } = await temporal.start(failing({ scan: { agent: 'slow' } }), {
    agents: { ...agents, slow },
  });
  await expect.poll(() => said()).toEqual(['slow scan']);
  await run.deliverEvent('go', 3);
  await run.pause();
  end();
  await expect.poll(async () => (await run.snapshot()).tasks['scan']?.status).toBe('failed');
  expect(await run.snapshot()).toMatchObject({ status: 'paused', pausedBecause: 'user' });
  expect(said()).toEqual(['slow scan']);
  await run.resume();
  expect(await result()).toMatchObject({ status: 'completed', output: 3 });
});

test('a re-planned run that continues as new while it undoes, and later, loses nothing', async () => {
  const items = [0, 1, 2, 3, 4, 5, 6, 7];
  const { agents } = scripted(
    { tasks: { more: { agent: 'no', needs: ['a'] } } },
    { tasks: { last: { agent: 'echo', input: '{% $tasks.a.output %}' } }, output: '{% $tasks.last.output %}' },
  );
  const plan = failing({
    a: undoable({ input: 'kept' }),
    each: undoable({ needs: ['a'], forEach: { items, concurrency: 2 }, input: '{% $item %}' }),
    scan: no({ needs: ['each'] }),
  });
  const { id, result, calls } = await cut.start(plan, { agents });
  expect(await result()).toMatchObject({ status: 'completed', output: 'kept', compensated: ['each'] });
  expect(
    calls
      .filter(({ agent }) => agent === 'undo')
      .map(({ item }) => item!)
      .toSorted(),
  ).toEqual(items);
  expect(calls.at(-1)!.key).toMatch(/last~2$/);
  expect(await historiesOf(cut.env.client, id)).toBeGreaterThan(3);
});
