// A call that may have done its work although its last attempt failed or was never made, on the full server, which alone knows
// what becomes of a call between two attempts.
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { gate, untilAborted } from '../support/gate.js';
import { useDevServer, type TestAgents, type TestRun } from '../support/temporal.js';

const temporal = useDevServer();

const refuse = () => Promise.reject(new AgentError('409: this order exists', { type: 'AgentRefused' }));
const RETRY = { attempts: 2, initial: '10ms' };

const agents: TestAgents = {
  undo: () => null,
  refuses: refuse,
  fails: () => Promise.reject(new Error('503')),
  hangsThenRefuses: {
    retry: RETRY,
    timeout: '300ms',
    run: (_, { attempt, signal }) => (attempt === 1 ? untilAborted(signal) : refuse()),
  },
  cutThenFails: {
    retry: RETRY,
    run: (_, { attempt }) =>
      Promise.reject(
        new AgentError(attempt === 1 ? 'cut' : '503', { type: attempt === 1 ? 'NoAnswer' : 'AgentFailed' }),
      ),
  },
  hangs: { retry: { attempts: 1 }, timeout: '300ms', run: (_, { signal }) => untilAborted(signal) },
  nowhere: { taskQueue: 'no-worker', run: () => null },
};

const plan = (task: Task): Plan => ({
  name: 'orders',
  tasks: { order: { ...task, compensate: { agent: 'undo' } } },
});
const run = async (task: Task) => await temporal.start(plan(task), { agents });
const undone = ({ calls }: TestRun) => calls.filter(({ agent }) => agent === 'undo').map(({ item }) => item ?? 'task');

describe('an attempt without an answer', () => {
  test('an attempt without an answer makes the task unknown, however the last attempt ended, and the task is undone', async () => {
    const refused = await run({ agent: 'hangsThenRefuses' });
    const result = await refused.result();
    expect(result.tasks['order']).toMatchObject({
      status: 'compensated',
      attempts: 2,
      failure: {
        type: 'AgentRefused',
        message: '409: this order exists',
        cause: 'attempt 1 got no answer: agent "hangsThenRefuses" did not answer within 300ms',
      },
    });
    expect(result.failure?.message).toBe('task order ended unknown: AgentRefused: 409: this order exists');
    expect(undone(refused)).toEqual(['task']);
    const failed = await run({ agent: 'cutThenFails' });
    expect((await failed.result()).tasks['order']).toMatchObject({
      failure: { type: 'AgentFailed', message: '503', cause: 'attempt 1 got no answer: cut' },
    });
    expect(undone(failed)).toEqual(['task']);
  });

  test('a task whose attempts were all answered is failed, not unknown, and is not undone', async () => {
    const answered = await run({ agent: 'fails', retry: { attempts: 3, initial: '10ms' } });
    const { tasks } = await answered.result();
    expect(tasks['order']).toMatchObject({ status: 'failed', attempts: 3, failure: { message: '503' } });
    expect(tasks['order']!.failure).not.toHaveProperty('cause');
    expect(undone(answered)).toEqual([]);
  });

  test('an attempt without an answer makes an item of a forEach unknown, and the item is undone', async () => {
    const forEach = { items: ['fails', 'hangsThenRefuses'], tolerate: 2 };
    const items = await temporal.start(
      {
        name: 'items',
        tasks: {
          order: {
            agent: 'byItem',
            input: '{% $item %}',
            forEach,
            compensate: { agent: 'undo' },
            timeout: '300ms',
            retry: RETRY,
          },
          last: { agent: 'refuses', needs: ['order'] },
        },
      },
      {
        agents: {
          ...agents,
          byItem: (which, { attempt, signal }) =>
            which === 'hangsThenRefuses' && attempt === 1 ? untilAborted(signal) : refuse(),
        },
      },
    );
    await items.result();
    expect(undone(items)).toEqual([1]);
  });

  test('an attempt without an answer in a race, or before a fallback, makes the task unknown', async () => {
    const race = await run({ race: ['hangsThenRefuses', 'fails'], retry: RETRY, timeout: '300ms' });
    expect((await race.result()).failure?.message).toContain('ended unknown: AllFailed');
    expect(undone(race)).toEqual(['task']);
    const fallback = await run({ agent: 'hangsThenRefuses', fallback: { agent: 'refuses' } });
    const { tasks } = await fallback.result();
    expect(tasks['order']!.failure).toMatchObject({
      type: 'AgentRefused',
      cause: expect.stringContaining('attempt 1 got no answer') as string,
    });
    expect(undone(fallback)).toEqual(['task']);
  });

  test('an attempt of a compensation without an answer leaves the task as debt', async () => {
    const tasks: Plan['tasks'] = {
      order: { agent: 'echo', compensate: { agent: 'hangsThenRefuses' } },
      last: { agent: 'refuses', needs: ['order'] },
    };
    expect((await temporal.run({ name: 'debt', tasks }, { agents })).debt).toEqual(['order']);
  });
});

describe('a cancel between two attempts', () => {
  const between = async (fail: AgentError, task: Task = {}) => {
    const failed = gate();
    const pausing: TestAgents = { ...agents, order: () => (failed.open(), Promise.reject(fail)) };
    const started = await temporal.start(plan({ agent: 'order', ...task }), { agents: pausing });
    await failed.opened;
    const last = async () => (await started.run.describe()).raw.pendingActivities?.[0]?.lastFailure?.message;
    await expect.poll(last).toBe(fail.message);
    await started.run.cancel();
    return { ...started, tasks: (await started.result()).tasks };
  };

  test('a cancel between two attempts undoes a call whose earlier attempt got no answer', async () => {
    const cancelled = await between(new AgentError('cut', { type: 'NoAnswer', retryAfterMs: 3_600_000 }));
    expect(cancelled.tasks['order']!.failure).toMatchObject({
      type: 'Cancelled',
      cause: 'attempt 1 got no answer: cut',
    });
    expect(undone(cancelled)).toEqual(['task']);
  });

  test('a cancel between two attempts undoes nothing if each earlier attempt was answered', async () => {
    const cancelled = await between(new AgentError('busy', { type: 'Overloaded', retryAfterMs: 3_600_000 }));
    expect(cancelled.tasks['order']).toMatchObject({ status: 'cancelled' });
    expect(undone(cancelled)).toEqual([]);
  });

  test('a cancel before the first attempt undoes nothing, and so does the failure of another task', async () => {
    const queued = await run({ agent: 'nowhere' });
    await expect.poll(async () => (await queued.run.describe()).raw.pendingActivities?.length).toBe(1);
    await queued.run.cancel();
    expect((await queued.result()).tasks['order']).toMatchObject({ status: 'cancelled' });
    expect(undone(queued)).toEqual([]);
    const { tasks } = plan({ agent: 'nowhere' });
    const other = await temporal.start({ name: 'two', tasks: { ...tasks, last: { agent: 'refuses' } } }, { agents });
    expect((await other.result()).tasks['order']).toMatchObject({ status: 'cancelled' });
  });

  test('calls cancelled because another task or other items failed are undone if they may have worked', async () => {
    const failed = gate();
    const cut = () => (
      failed.open(),
      Promise.reject(new AgentError('cut', { type: 'NoAnswer', retryAfterMs: 3_600_000 }))
    );
    const late = async () => {
      await failed.opened;
      // The server is to know of the attempt before the other one fails.
      await new Promise((resolve) => setTimeout(resolve, 500));
      return await refuse();
    };
    const { tasks } = plan({ agent: 'cut' });
    const two = await temporal.start(
      { name: 'two', tasks: { ...tasks, last: { agent: 'late' } } },
      { agents: { ...agents, cut, late } },
    );
    await two.result();
    expect(undone(two)).toEqual(['task']);
    const which = (item: unknown) => (item === 'cut' ? cut() : late());
    const items = await temporal.start(
      plan({ agent: 'which', input: '{% $item %}', forEach: { items: ['cut', 'late'] } }),
      { agents: { ...agents, which } },
    );
    await items.result();
    expect(undone(items)).toEqual([0]);
  });
});

describe('a deadline', () => {
  test('a deadline that passes before a worker takes the call makes it failed', async () => {
    const late = await run({ agent: 'nowhere', deadline: '1s' });
    expect((await late.result()).tasks['order']).toMatchObject({
      status: 'failed',
      attempts: 0,
      failure: { type: 'TimedOut', message: 'the deadline of the task has passed before a worker took the call' },
    });
    expect(undone(late)).toEqual([]);
  });

  test('a deadline that passes after an attempt without an answer makes the task unknown', async () => {
    const retry = { attempts: 9, initial: '1h', max: '1h' };
    const late = await run({ agent: 'hangs', deadline: '2s', retry });
    await late.result();
    expect(undone(late)).toEqual(['task']);
  });
});
