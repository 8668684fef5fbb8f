// What a sub-plan leaves behind when it has not succeeded: it is undone by the run above, or is that run's debt.
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { OnFailure, Plan, Task } from '../../src/domain/plan/plan.js';
import { gate } from '../support/gate.js';
import { useDevServer, type TestAgents, type TestRun } from '../support/temporal.js';

const temporal = useDevServer();

const refuses = () => Promise.reject(new AgentError('no', { retryable: false }));
const agents: TestAgents = { undo: () => null, no: refuses };

const done = (more: Partial<Task> = {}): Task => ({ agent: 'echo', compensate: { agent: 'undo' }, ...more });
const stuck = (more: Partial<Task> = {}): Task => ({ agent: 'echo', compensate: { agent: 'no' }, ...more });
const no = (...needs: string[]): Task => ({ agent: 'no', needs });

const undone = ({ calls }: TestRun): string[] =>
  calls.filter(({ agent }) => agent === 'undo').map(({ key }) => key.slice(key.indexOf('/') + 1));

describe('a failed sub-plan is undone later, whatever its onFailure', () => {
  const sub = (onFailure: OnFailure): Plan => ({
    name: 'sub',
    onFailure,
    tasks: { a: done(), b: done({ needs: ['a'] }), bad: no('b') },
  });

  test.for<OnFailure>(['continue', 'stop'])('%s is undone by a run above that undoes', async (onFailure) => {
    const run = await temporal.start(
      { name: 'outer', tasks: { first: done(), pay: { plan: sub(onFailure), needs: ['first'] } } },
      { agents },
    );
    const { debt, compensated, tasks } = await run.result();
    expect(undone(run)).toEqual(['pay/b:compensate', 'pay/a:compensate', 'first:compensate']);
    expect([debt, compensated, tasks['pay']!.status]).toEqual([[], ['pay', 'first'], 'failed']);
  });

  test.for<OnFailure>(['continue', 'stop'])(
    '%s is left as it is by a run above that does the same',
    async (onFailure) => {
      const run = await temporal.start(
        { name: 'outer', onFailure, tasks: { pay: { plan: sub(onFailure) } } },
        { agents },
      );
      expect((await run.result()).debt).toEqual([]);
      expect(undone(run)).toEqual([]);
    },
  );

  test('a failed sub-plan with onFailure stop is undone two levels up, for each item of a forEach', async () => {
    const middle: Plan = { name: 'middle', onFailure: 'continue', tasks: { deep: { plan: sub('stop') } } };
    const each: Task = { plan: middle, forEach: { items: [1, 2], tolerate: 2 } };
    const run = await temporal.start({ name: 'outer', tasks: { each, bad: no('each') } }, { agents });
    expect((await run.result()).debt).toEqual([]);
    const paths = [0, 1].flatMap((item) => [`each[${item}]/deep/b:compensate`, `each[${item}]/deep/a:compensate`]);
    expect(undone(run).toSorted()).toEqual(paths.toSorted());
  });

  test('a failed sub-plan with onFailure stop is undone when a re-planning drops it', async () => {
    const run = await temporal.start(
      { name: 'outer', onFailure: 'replan', replan: { planner: 'planner' }, tasks: { pay: { plan: sub('stop') } } },
      { agents: { ...agents, planner: () => ({ tasks: { other: { agent: 'echo' } } }) } },
    );
    expect((await run.result()).status).toBe('completed');
    expect(undone(run)).toEqual(['pay/b:compensate', 'pay/a:compensate']);
  });

  test('a failed sub-plan is undone by its own compensations, even if its task has a compensate', async () => {
    const pay: Task = { plan: sub('stop'), compensate: { agent: 'no' } };
    const run = await temporal.start({ name: 'outer', tasks: { pay } }, { agents });
    expect((await run.result()).debt).toEqual([]);
    expect(undone(run)).toEqual(['pay/b:compensate', 'pay/a:compensate']);
  });

  test('a failed sub-plan with onFailure stop is undone when its parent run is cancelled', async () => {
    const run = await temporal.start(
      { name: 'outer', onFailure: 'continue', tasks: { pay: { plan: sub('stop') }, nap: { wait: '10h' } } },
      { agents },
    );
    await expect.poll(async () => (await run.run.snapshot()).tasks['pay']!.status).toBe('failed');
    await run.run.cancel();
    expect((await run.result()).status).toBe('cancelled');
    expect(undone(run)).toEqual(['pay/b:compensate', 'pay/a:compensate']);
  });

  test('a failed generated plan with onFailure continue is undone', async () => {
    const made = { name: 'made', onFailure: 'continue', tasks: { a: done(), bad: no('a') } };
    const run = await temporal.start(
      { name: 'outer', tasks: { solve: { decompose: { goal: 'it', planner: 'planner' } } } },
      { agents: { ...agents, planner: () => made } },
    );
    expect((await run.result()).debt).toEqual([]);
    expect(undone(run)).toEqual(['solve/a:compensate']);
  });
});

describe('what a sub-plan could not undo is debt of its parent, by path', () => {
  const owing = (last: Task): Plan => ({
    name: 'owing',
    tasks: { a: stuck(), b: done({ needs: ['a'] }), last: { ...last, needs: ['b'] } },
  });

  test.for<OnFailure>(['compensate', 'continue', 'stop'])(
    'where it has failed, and the run above has onFailure %s',
    async (onFailure) => {
      const run = await temporal.start({ name: 'outer', onFailure, tasks: { sub: { plan: owing(no()) } } }, { agents });
      const { debt, tasks } = await run.result();
      expect([debt, tasks['sub']!.status]).toEqual([['sub/a'], 'failed']);
      expect(undone(run)).toEqual(['sub/b:compensate']);
      expect(run.calls.filter(({ key }) => key.endsWith('/a:compensate'))).toHaveLength(1);
    },
  );

  test('debt of a sub-plan is reported by a run that completes because it tolerates failed items', async () => {
    const each: Task = { plan: owing(no()), forEach: { items: [1, 2], tolerate: 2 } };
    const { status, debt } = await temporal.run({ name: 'outer', tasks: { each } }, { agents });
    expect([status, debt.toSorted()]).toEqual(['completed', ['each[0]/a', 'each[1]/a']]);
  });

  test('debt of a cancelled sub-plan three levels down is reported by its path', async () => {
    const level = (plan: Plan): Plan => ({ name: 'level', tasks: { own: stuck(), sub: { plan } } });
    const run = await temporal.start(
      { name: 'outer', tasks: { top: { plan: level(level(owing({ wait: '10h' }))) } } },
      { agents },
    );
    const deepest = temporal.env.client.workflow.getHandle(`${run.id}/top/sub/sub`);
    const isWaiting = () =>
      deepest
        .query<{ tasks: Record<string, { status: string }> }>('snapshot')
        .then(({ tasks }) => tasks['last']!.status)
        .catch(() => undefined);
    await expect.poll(isWaiting).toBe('running');
    await run.run.cancel();
    const { status, debt, tasks } = await run.result();
    expect([status, tasks['top']!.status]).toEqual(['cancelled', 'cancelled']);
    expect(debt.toSorted()).toEqual(['top/own', 'top/sub/own', 'top/sub/sub/a']);
  });

  test('debt of a sub-plan that timed out is reported by its path', async () => {
    const sub: Task = { plan: owing({ wait: '10h' }), timeout: '2s' };
    const { debt, tasks } = await temporal.run({ name: 'outer', tasks: { sub } }, { agents });
    expect([debt, tasks['sub']!.failure!.type]).toEqual([['sub/a'], 'TimedOut']);
  });

  test('debt of a sub-plan that its parent undid is reported together with its earlier debt', async () => {
    const sub: Plan = {
      name: 'sub',
      onFailure: 'stop',
      tasks: { inner: { plan: owing(no()) }, c: stuck(), bad: { agent: 'no', needs: ['c'] } },
    };
    const { debt } = await temporal.run({ name: 'outer', tasks: { sub: { plan: sub } } }, { agents });
    expect(debt.toSorted()).toEqual(['sub/c', 'sub/inner/a']);
  });

  test('a sub-plan whose Workflow was terminated is debt as a whole', async () => {
    const begun = gate();
    const run = await temporal.start(
      {
        name: 'outer',
        tasks: {
          sub: {
            plan: {
              name: 'sub',
              tasks: { a: done(), b: { agent: 'tells', needs: ['a'] }, nap: { wait: '10h', needs: ['b'] } },
            },
          },
        },
      },
      { agents: { ...agents, tells: () => begun.open() } },
    );
    await begun.opened;
    await temporal.env.client.workflow.getHandle(`${run.id}/sub`).terminate();
    const { debt, status } = await run.result();
    expect([status, debt]).toEqual(['failed', ['sub']]);
  });
});
