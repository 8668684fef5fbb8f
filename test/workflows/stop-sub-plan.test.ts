// How a sub-plan ends that its run wants no more: also one whose history has been cut, or that has planned anew.
import { describe, test, type ExpectStatic } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { gate, untilAborted } from '../support/gate.js';
import { historiesOf } from '../support/histories.js';
import { useDevServer, type TestAgents, type TestRun } from '../support/temporal.js';

const temporal = useDevServer({ dynamicConfig: ['limit.historyCount.suggestContinueAsNew=25'] });

const refuses = () => Promise.reject(new AgentError('no', { retryable: false }));
const agents: TestAgents = { undo: () => null, no: refuses, hang: (_, { signal }) => untilAborted(signal) };

const LONG = 20;
const END = `c${LONG - 1}`;
/** So many calls, one after another, that the history is cut at least once. */
const chain = (task: Partial<Task> = {}): Plan['tasks'] =>
  Object.fromEntries(
    Array.from({ length: LONG }, (_, index) => [
      `c${index}`,
      { agent: 'echo', needs: index === 0 ? [] : [`c${index - 1}`], ...task },
    ]),
  );

/** Goes through several histories, does one thing that can be undone, and then waits. */
const long = (last: Task = { wait: '10h' }): Plan => ({
  name: 'long',
  tasks: {
    first: { agent: 'echo', compensate: { agent: 'undo' } },
    ...chain(),
    last: { ...last, needs: [END] },
  },
});

/** Fails at once, and then goes on with another plan in another history. */
const replanning = (): Plan => ({
  name: 'replanning',
  onFailure: 'replan',
  replan: { planner: 'planner', replans: 1 },
  tasks: { first: { agent: 'echo', compensate: { agent: 'undo' } }, bad: { agent: 'no', needs: ['first'] } },
});
const planner = () => ({ tasks: { last: { wait: '10h', needs: ['first'] } } });

const childOf = (id: string) => temporal.env.client.workflow.getHandle(id);

async function whenWaiting(expect: ExpectStatic, id: string): Promise<void> {
  const status = () =>
    childOf(id)
      .query<{ tasks: Record<string, { status: string }> }, [object]>('snapshot', {})
      .then(({ tasks }) => tasks['last']?.status)
      .catch(() => undefined);
  await expect.poll(status, { timeout: 30_000 }).toBe('running');
}

const statusOf = async (id: string): Promise<string> => (await childOf(id).describe()).status.name;

async function expectCut(expect: ExpectStatic, ...ids: string[]): Promise<void> {
  for (const id of ids) expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
}

const undone = ({ said }: TestRun): string[] => said().filter((text) => text.startsWith('undo'));

describe.concurrent('a cancel of the run reaches', () => {
  test.for<[string, Task]>([
    ['that waits', { wait: '10h' }],
    ['with a call in flight', { agent: 'hang', heartbeat: '600ms' }],
  ])('a cancel of the run reaches a sub-plan that has continued as new, %s', async ([, last], { expect }) => {
    const run = await temporal.start({ name: 'outer', tasks: { sub: { plan: long(last) } } }, { agents });
    await whenWaiting(expect, `${run.id}/sub`);
    await run.run.cancel();
    const { status, tasks } = await run.result();
    expect([status, tasks['sub']!.status]).toEqual(['cancelled', 'cancelled']);
    expect(undone(run)).toEqual(['undo first']);
    expect(await statusOf(`${run.id}/sub`)).toBe('CANCELLED');
    await expectCut(expect, `${run.id}/sub`);
  });

  test('a cancel of the run reaches a sub-plan that was re-planned', async ({ expect }) => {
    const run = await temporal.start(
      { name: 'outer', tasks: { sub: { plan: replanning() } } },
      { agents: { ...agents, planner } },
    );
    await whenWaiting(expect, `${run.id}/sub`);
    await run.run.cancel();
    expect((await run.result()).status).toBe('cancelled');
    expect(undone(run)).toEqual(['undo first']);
  });

  test('a cancel of the run reaches a decomposition that was re-planned', async ({ expect }) => {
    const first = { name: 'made', tasks: { bad: { agent: 'no' } } };
    let asked = 0;
    const plans = () => (++asked === 1 ? first : { tasks: { last: { wait: '10h' } } });
    const run = await temporal.start(
      { name: 'outer', tasks: { sub: { decompose: { goal: 'it', planner: 'planner', onFailure: 'replan' } } } },
      { agents: { ...agents, planner: plans } },
    );
    await whenWaiting(expect, `${run.id}/sub`);
    await run.run.cancel();
    expect((await run.result()).status).toBe('cancelled');
  });

  test('a cancel of the run reaches each sub-plan of a forEach, those that have continued as new and the others', async ({
    expect,
  }) => {
    const short: Plan = { name: 'short', tasks: { last: { wait: '10h' } } };
    const each: Task = { plan: long(), forEach: { items: [1, 2, 3] } };
    const run = await temporal.start(
      { name: 'outer', tasks: { each, few: { plan: short, forEach: { items: [1, 2] } } } },
      { agents },
    );
    const ids = [0, 1, 2].map((index) => `${run.id}/each[${index}]`);
    for (const id of [...ids, `${run.id}/few[0]`, `${run.id}/few[1]`]) await whenWaiting(expect, id);
    await run.run.cancel();
    expect((await run.result()).status).toBe('cancelled');
    expect(undone(run)).toHaveLength(3);
    await expectCut(expect, ...ids);
  });

  test('a cancel of the run reaches three levels of sub-plans that have all continued as new', async ({ expect }) => {
    const level = (last: Task): Plan => ({ ...long(last), name: 'level' });
    const plan = level({ plan: level({ plan: level({ wait: '10h' }) }) });
    const run = await temporal.start(
      { name: 'outer', tasks: { ...chain(), last: { plan, needs: [END] } } },
      { agents },
    );
    const ids = ['/last', '/last/last', '/last/last/last'].map((path) => `${run.id}${path}`);
    await whenWaiting(expect, ids[2]!);
    await run.run.cancel();
    expect((await run.result()).status).toBe('cancelled');
    expect(undone(run)).toHaveLength(3);
    expect(await Promise.all(ids.map(statusOf))).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
    await expectCut(expect, run.id, ...ids);
  });

  test('a cancel of the run reaches a sub-plan that is about to start or has just ended', async ({ expect }) => {
    const quick: Plan = { name: 'quick', tasks: { a: { agent: 'echo', compensate: { agent: 'undo' } } } };
    const runs = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const begun = gate();
        const started = await temporal.start(
          {
            name: 'outer',
            tasks: { go: { agent: 'go' }, sub: { plan: quick, forEach: { items: [1, 2, 3] }, needs: ['go'] } },
          },
          { agents: { ...agents, go: () => begun.open() } },
        );
        await begun.opened;
        await new Promise((resolve) => setTimeout(resolve, index * 15));
        await started.run.cancel().catch(() => undefined);
        return started;
      }),
    );
    for (const run of runs) {
      expect(['cancelled', 'completed']).toContain((await run.result()).status);
      const done = run.calls.filter(({ agent, task }) => agent === 'echo' && task === 'a');
      if ((await run.result()).status === 'cancelled') expect(undone(run)).toHaveLength(done.length);
    }
  });
});

describe.concurrent('a sub-plan that has continued as new is cancelled', () => {
  test('a sub-plan that has continued as new is cancelled when another task of its run fails', async ({ expect }) => {
    const plan: Plan = {
      name: 'outer',
      tasks: { sub: { plan: long() }, go: { event: 'go' }, bad: { agent: 'no', needs: ['go'] } },
    };
    const run = await temporal.start(plan, { agents });
    await whenWaiting(expect, `${run.id}/sub`);
    await run.run.deliverEvent('go');
    const { status, tasks, failure } = await run.result();
    expect([status, failure!.task, tasks['sub']!.status]).toEqual(['failed', 'bad', 'cancelled']);
    expect(undone(run)).toEqual(['undo first']);
  });

  test('a sub-plan that has continued as new is cancelled when its task times out', async ({ expect }) => {
    const sub: Task = { plan: long(), timeout: '8s' };
    const run = await temporal.start({ name: 'outer', tasks: { sub } }, { agents });
    expect((await run.result()).tasks['sub']).toMatchObject({ status: 'failed', failure: { type: 'TimedOut' } });
    expect(undone(run)).toEqual(['undo first']);
    await expectCut(expect, `${run.id}/sub`);
  });

  test('a sub-plan that has continued as new is cancelled when too many items of its forEach have failed', async ({
    expect,
  }) => {
    const item: Plan = {
      name: 'item',
      tasks: {
        ...chain(),
        ok: { event: 'go', when: '{% $input.n = 1 %}', needs: [END] },
        bad: { agent: 'no', when: '{% $input.n = 1 %}', needs: ['ok'] },
        last: { wait: '10h', when: '{% $input.n = 2 %}', needs: [END] },
      },
    };
    const each: Task = { plan: item, forEach: { items: [1, 2] }, input: { n: '{% $item %}' } };
    const run = await temporal.start({ name: 'outer', tasks: { each } }, { agents });
    await whenWaiting(expect, `${run.id}/each[1]`);
    await childOf(`${run.id}/each[0]`).signal('deliverEvent', { name: 'go' });
    const { status, tasks } = await run.result();
    expect([status, tasks['each']!.failure!.type]).toEqual(['failed', 'TooManyFailures']);
    expect(await statusOf(`${run.id}/each[1]`)).toBe('CANCELLED');
  });
});

test.concurrent('a cancel that comes during continue-as-new is not lost', async ({ expect }) => {
  // Every chain is cut several times while it goes on: of many cancels some come at the moment of continuing.
  const sub: Plan = { name: 'sub', tasks: { ...chain(), last: { wait: '10h', needs: [END] } } };
  const runs = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const plan: Plan = { name: 'outer', tasks: { sub: { plan: sub }, also: { plan: sub } } };
      const run = await temporal.start(plan, { agents });
      await expect.poll(() => run.calls.length, { timeout: 30_000 }).toBeGreaterThan(2 + index);
      await run.run.cancel();
      return run;
    }),
  );
  for (const run of runs) expect((await run.result()).status).toBe('cancelled');
});
