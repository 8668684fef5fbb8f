import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { RunResult } from '../../src/domain/run/result.js';
import { gate, untilAborted, type Gate } from '../support/gate.js';
import { useTimeSkipping, type TestAgents } from '../support/temporal.js';

const temporal = useTimeSkipping();

/** Begins, and goes on when the test says so, or when it is aborted. */
const held = (begun: Gate, end: Gate): TestAgents => ({
  held: async (_, { signal }) => {
    begun.open();
    await Promise.race([end.opened, untilAborted(signal)]);
    return 'held';
  },
  undo: () => null,
});

describe('pause', () => {
  test('pause lets running calls end, and nothing starts until resume', async () => {
    const [begun, end] = [gate(), gate()];
    const { run, said, result } = await temporal.start(
      {
        name: 'pause',
        tasks: { a: { agent: 'held' }, b: { agent: 'echo', needs: ['a'] }, w: { wait: '1s', needs: ['a'] } },
      },
      { agents: held(begun, end) },
    );
    await begun.opened;
    await run.pause();
    end.open();
    await expect.poll(async () => (await run.snapshot()).tasks['a']!.status).toBe('succeeded');
    const { status, pausedBecause, tasks } = await run.snapshot();
    expect([status, pausedBecause]).toEqual(['paused', 'user']);
    expect([tasks['b']!.status, tasks['w']!.status]).toEqual(['pending', 'pending']);
    await expect(run.pause()).rejects.toThrow(`run ${run.id} is already paused`);
    await run.resume();
    await expect(run.resume()).rejects.toThrow(`run ${run.id} is not paused`);
    expect((await result()).status).toBe('completed');
    expect(said()).toEqual(['held a', 'echo b']);
  });

  test('pause also stops the items of a forEach from starting', async () => {
    const [begun, end] = [gate(), gate()];
    const { run, calls, result } = await temporal.start(
      { name: 'pause', tasks: { each: { agent: 'held', forEach: { items: [1, 2, 3], concurrency: 1 } } } },
      { agents: held(begun, end) },
    );
    await begun.opened;
    await run.pause();
    end.open();
    await expect.poll(async () => (await run.snapshot()).tasks['each']!.items!.succeeded).toBe(1);
    expect(calls).toHaveLength(1);
    await run.resume();
    expect((await result()).tasks['each']!.output).toEqual(['held', 'held', 'held']);
  });

  test('a paused run can be cancelled', async () => {
    const { run, result } = await temporal.start({
      name: 'pause',
      tasks: { a: { wait: '1h' }, b: { agent: 'echo', needs: ['a'] } },
    });
    await run.pause();
    await run.cancel();
    expect((await result()).status).toBe('cancelled');
  });
});

describe('skipTask', () => {
  test('skipTask skips a task that has not started, and the tasks that need it', async () => {
    const { run, said, result } = await temporal.start({
      name: 'skip',
      tasks: {
        first: { approve: { title: 'go?' } },
        a: { agent: 'echo', needs: ['first'] },
        b: { agent: 'echo', needs: ['a'] },
        c: { agent: 'echo', needs: ['a'], join: 'none-failed' },
      },
    });
    await run.skipTask('a');
    await expect(run.skipTask('a')).rejects.toThrow('task a is skipped: only a pending task can be skipped');
    await expect(run.skipTask('first')).rejects.toThrow('task first is running: only a pending task can be skipped');
    await run.approve('first');
    const { status, tasks } = await result();
    expect(status).toBe('completed');
    expect(tasks['a']).toMatchObject({ status: 'skipped', skip: { cause: 'condition' } });
    expect(tasks['b']).toMatchObject({ status: 'skipped', skip: { cause: 'condition', because: 'a' } });
    expect(said()).toEqual(['echo c']);
  });

  test('skipTask skips a task that waits in the ready queue', async () => {
    const [begun, end] = [gate(), gate()];
    const { run, said, result } = await temporal.start(
      { name: 'skip', concurrency: 1, tasks: { a: { agent: 'held' }, b: { agent: 'echo' }, c: { agent: 'echo' } } },
      { agents: held(begun, end) },
    );
    await begun.opened;
    await run.skipTask('b');
    end.open();
    expect((await result()).tasks['b']!.status).toBe('skipped');
    expect(said()).toEqual(['held a', 'echo c']);
  });
});

describe('cancel', () => {
  const plan: Plan = {
    name: 'cancel',
    tasks: {
      a: { agent: 'echo', compensate: { agent: 'undo' } },
      b: { agent: 'held', needs: ['a'], heartbeat: '600ms', compensate: { agent: 'undo' } },
      c: { wait: '1h', needs: ['a'] },
      d: { approve: { title: 'ok?' }, needs: ['a'] },
      e: { event: 'go', needs: ['a'] },
      f: { agent: 'echo', needs: ['b', 'c', 'd', 'e'] },
    },
  };

  test('cancel aborts running agents, undoes what was or may have been done, and Temporal shows the run as cancelled', async () => {
    const [begun, end] = [gate(), gate()];
    const { run, said, result } = await temporal.start(plan, { agents: held(begun, end) });
    await begun.opened;
    await run.cancel();
    const { status, failure, tasks, compensated } = await result();
    expect([status, failure!.type]).toEqual(['cancelled', 'RunCancelled']);
    expect(compensated).toEqual(['b', 'a']);
    expect(tasks['b']!.status).toBe('compensated');
    expect(['c', 'd', 'e'].map((id) => tasks[id]!.status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(tasks['f']).toMatchObject({ status: 'skipped', skip: { cause: 'failure' } });
    expect(said()).toEqual(['echo a', 'held b', 'undo b', 'undo a']);
    expect((await run.describe()).status.name).toBe('CANCELLED');
    expect(RunResult.parse(await run.snapshot()).status).toBe('cancelled');
    await expect(run.cancel()).rejects.toThrow(`run ${run.id} has ended (cancelled)`);
  });

  test('cancel undoes the items of a forEach, whose status is cancelled although all items had started', async () => {
    const [begun, end] = [gate(), gate()];
    const { run, said, result } = await temporal.start(
      {
        name: 'cancel',
        tasks: { each: { agent: 'held', heartbeat: '600ms', forEach: { items: [1] }, compensate: { agent: 'undo' } } },
      },
      { agents: held(begun, end) },
    );
    await begun.opened;
    await run.cancel();
    const { tasks, compensated } = await result();
    expect(tasks['each']).toMatchObject({ status: 'compensated', output: null, failure: { type: 'Cancelled' } });
    expect(compensated).toEqual(['each']);
    expect(said()).toEqual(['held each[0]', 'undo each[0]']);
  });

  test('cancel before anything has started leaves nothing to undo', async () => {
    const { run, result } = await temporal.start({ name: 'cancel', tasks: { a: { wait: '1h' } } });
    await run.cancel();
    expect(await result()).toMatchObject({ status: 'cancelled', compensated: [] });
  });

  test('cancel while the run is undoing changes nothing', async () => {
    const [begun, end] = [gate(), gate()];
    const { run, result } = await temporal.start(
      {
        name: 'cancel',
        tasks: { a: { agent: 'echo', compensate: { agent: 'slowUndo' } }, b: { agent: 'no', needs: ['a'] } },
      },
      {
        agents: {
          no: () => Promise.reject(new AgentError('no', { retryable: false })),
          slowUndo: async () => {
            begun.open();
            await end.opened;
          },
        },
      },
    );
    await begun.opened;
    await run.cancel();
    await expect(run.pause()).rejects.toThrow(`run ${run.id} is compensating and starts no more tasks`);
    end.open();
    const { status, failure, compensated, debt } = await result();
    expect([status, failure!.type]).toEqual(['failed', 'TaskFailed']);
    expect([compensated, debt]).toEqual([['a'], []]);
    expect((await run.describe()).status.name).toBe('FAILED');
  });

  test('cancel does not wait for the next attempt of a call', async () => {
    const failed = gate();
    const { run, calls, result } = await temporal.start(
      { name: 'cancel', tasks: { a: { agent: 'busy', retry: { attempts: 9 } } } },
      {
        agents: {
          busy: () => {
            failed.open();
            return Promise.reject(new AgentError('busy', { type: 'Overloaded', retryAfterMs: 3_600_000 }));
          },
        },
      },
    );
    await failed.opened;
    const last = async () => (await run.describe()).raw.pendingActivities?.[0]?.lastFailure?.message;
    await expect.poll(last).toBe('busy');
    await run.cancel();
    expect((await result()).tasks['a']).toMatchObject({ status: 'cancelled', failure: { type: 'Cancelled' } });
    expect(calls).toHaveLength(1);
  });
});
