import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { MAX_VALUE_BYTES } from '../../src/domain/json/byte-size.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { gate, untilAborted } from '../support/gate.js';
import { useTimeSkipping, type TestAgents } from '../support/temporal.js';

const temporal = useTimeSkipping();

const one = (task: Task): Plan => ({ name: 'one', tasks: { it: task } });
const hour = 3_600_000;
const elapsed = ({ startedAt, endedAt }: { startedAt: string | null; endedAt: string | null }): number =>
  Date.parse(endedAt!) - Date.parse(startedAt!);

const agents: TestAgents = {
  no: () => Promise.reject(new Error('no')),
  never: () => Promise.reject(new AgentError('never', { retryable: false })),
  thirdTime: (_, { attempt }) => (attempt < 3 ? Promise.reject(new Error('not yet')) : { attempt }),
  later: (_, { attempt }) =>
    attempt === 1 ? Promise.reject(new AgentError('later', { type: 'Overloaded', retryAfterMs: hour })) : 'now',
  deaf: (_, { signal }) => untilAborted(signal),
  big: () => 'x'.repeat(MAX_VALUE_BYTES),
  costly: (_, { usage }) => usage({ tokens: 7, usd: 0.5 }),
};

describe('retries', () => {
  test('retries continue until a success, with one idempotency key, and are counted', async () => {
    const { calls, result } = await temporal.start(one({ agent: 'thirdTime' }), { agents, id: 'third' });
    const { tasks, usage } = await result();
    expect(tasks['it']).toMatchObject({ status: 'succeeded', attempts: 3, output: { attempt: 3 } });
    expect(calls.map(({ key, attempt }) => `${key} ${attempt}`)).toEqual(['third/it 1', 'third/it 2', 'third/it 3']);
    expect(usage.calls).toBe(3);
  });

  test('retries add up the usage of all attempts, and each attempt gets the progress of those before', async () => {
    const spends: TestAgents[string] = (_, { attempt, usage, progress, lastProgress }) => {
      if (attempt === 1) progress({ page: 1 });
      usage({ tokens: 10 * attempt, usd: 0.25 });
      return attempt < 3 ? Promise.reject(new Error('not yet')) : lastProgress;
    };
    const { output, usage } = await temporal.run(
      { ...one({ agent: 'spends', retry: { attempts: 3, initial: '1s' } }), output: '{% $tasks.it.output %}' },
      { agents: { spends } },
    );
    expect({ output, usage }).toEqual({ output: { page: 1 }, usage: { calls: 3, tokens: 60, usd: 0.75 } });
    const { tasks, usage: lost } = await temporal.run(one({ agent: 'spends', retry: { attempts: 2, initial: '1s' } }), {
      agents: { spends },
    });
    expect(tasks['it']).toMatchObject({ status: 'failed', attempts: 2 });
    expect(lost).toEqual({ calls: 2, tokens: 30, usd: 0.5 });
  });

  test('retries end after the maximum number of attempts', async () => {
    const { tasks } = await temporal.run(one({ agent: 'no', retry: { attempts: 3, initial: '1h', max: '2h' } }), {
      agents,
    });
    expect(tasks['it']).toMatchObject({
      status: 'failed',
      attempts: 3,
      failure: { type: 'AgentFailed', message: 'no' },
    });
  });

  test('a refusal is not retried', async () => {
    const { calls, result } = await temporal.start(one({ agent: 'never' }), { agents });
    expect((await result()).tasks['it']).toMatchObject({
      status: 'failed',
      attempts: 1,
      failure: { type: 'AgentRefused' },
    });
    expect(calls).toHaveLength(1);
  });

  test('retries wait for the delay that the agent asked for', async () => {
    const { tasks } = await temporal.run(one({ agent: 'later', retry: { attempts: 2, initial: '1s' } }), { agents });
    expect(tasks['it']).toMatchObject({ status: 'succeeded', attempts: 2, output: 'now' });
    expect(elapsed(tasks['it']!)).toBeGreaterThanOrEqual(hour);
  });

  test('the retry policy of the task takes precedence over the plan, and the plan over the agent', async () => {
    const plan: Plan = {
      name: 'policies',
      onFailure: 'continue',
      defaults: { retry: { attempts: 2, initial: '1ms' } },
      tasks: { own: { agent: 'flaky', retry: { attempts: 3 } }, byDefault: { agent: 'flaky' } },
    };
    const flaky = { run: agents['no'] as () => unknown, retry: { attempts: 5, initial: '1ms' } };
    const { tasks } = await temporal.run(plan, { agents: { flaky } });
    expect([tasks['own']!.attempts, tasks['byDefault']!.attempts]).toEqual([3, 2]);
    const { tasks: plain } = await temporal.run(one({ agent: 'flaky' }), { agents: { flaky } });
    expect(plain['it']!.attempts).toBe(5);
  });
});

describe('a fallback', () => {
  test('a fallback is called with the failure after the last attempt of the agent', async () => {
    const { calls, result } = await temporal.start(
      one({
        agent: 'never',
        input: { x: 1 },
        fallback: { agent: 'echo', input: { why: '{% $failure.message %}', x: '{% $input.x %}' } },
      }),
      { agents, input: { x: 2 }, id: 'second' },
    );
    const { tasks } = await result();
    expect(tasks['it']).toMatchObject({
      status: 'succeeded',
      agent: 'echo',
      output: { why: 'never', x: 2 },
      failure: null,
      attempts: 2,
    });
    expect(calls.map(({ key }) => key)).toEqual(['second/it', 'second/it:fallback']);
  });

  test('a fallback without input gets the input of the task', async () => {
    const { tasks } = await temporal.run(one({ agent: 'never', input: { x: 1 }, fallback: { agent: 'echo' } }), {
      agents,
    });
    expect(tasks['it']!.output).toEqual({ x: 1 });
  });

  test('a fallback that fails fails the task, and both calls are counted', async () => {
    const task: Task = { agent: 'never', fallback: { agent: 'no', retry: { attempts: 2, initial: '1ms' } } };
    const { tasks } = await temporal.run(one(task), { agents });
    expect(tasks['it']).toMatchObject({ status: 'failed', attempts: 3, failure: { message: 'no' } });
  });

  test('a fallback whose input cannot be evaluated fails the task, and the first calls are counted', async () => {
    const task: Task = { agent: 'never', fallback: { agent: 'echo', input: '{% $sum("x") %}' } };
    const { tasks } = await temporal.run(one(task), { agents });
    expect(tasks['it']).toMatchObject({ status: 'failed', attempts: 1, failure: { type: 'ExpressionFailed' } });
  });

  test('a fallback that fails after a call that timed out leaves the task unknown', async () => {
    const task: Task = { agent: 'deaf', timeout: '50ms', retry: { attempts: 1 }, fallback: { agent: 'never' } };
    const { tasks } = await temporal.run(one(task), { agents });
    expect(tasks['it']).toMatchObject({ status: 'unknown', failure: { type: 'AgentRefused', message: 'never' } });
  });

  test('a fallback is not called after a cancel', async () => {
    const begun = gate();
    const task: Task = { agent: 'waits', heartbeat: '600ms', fallback: { agent: 'echo' } };
    const { run, result, said } = await temporal.start(one(task), {
      agents: {
        waits: (_, { signal }) => {
          begun.open();
          return untilAborted(signal);
        },
      },
    });
    await begun.opened;
    await run.cancel();
    expect((await result()).tasks['it']).toMatchObject({ status: 'unknown', failure: { type: 'Cancelled' } });
    expect(said()).toEqual(['waits it']);
  });
});

describe('time', () => {
  test('an attempt that times out makes the task unknown', async () => {
    const { calls, result } = await temporal.start(
      one({ agent: 'deaf', timeout: '50ms', retry: { attempts: 2, initial: '1ms' } }),
      { agents },
    );
    expect((await result()).tasks['it']).toMatchObject({
      status: 'unknown',
      attempts: 2,
      failure: { type: 'Timeout' },
    });
    expect(calls).toHaveLength(2);
  });

  test('a deadline limits all attempts together', async () => {
    const task: Task = { agent: 'no', deadline: '90m', retry: { attempts: 100, initial: '1h', factor: 1, max: '1h' } };
    const { tasks } = await temporal.run(one(task), { agents });
    expect(tasks['it']!.status).toBe('failed');
    expect(tasks['it']!.attempts).toBeLessThan(100);
    expect(elapsed(tasks['it']!)).toBeLessThanOrEqual(1.5 * hour);
  });

  test('a fallback gets only the time that is left of the deadline', async () => {
    const retry = { attempts: 100, initial: '1h', factor: 1, max: '1h' };
    const task: Task = { agent: 'no', deadline: '2h', retry, fallback: { agent: 'no', retry } };
    const { tasks } = await temporal.run(one(task), { agents });
    expect(elapsed(tasks['it']!)).toBeLessThanOrEqual(2 * hour);
  });

  test('a deadline limits all items of a forEach together', async () => {
    const retry = { attempts: 2, initial: '50m', factor: 1, max: '50m' };
    const { tasks } = await temporal.run(
      one({ agent: 'later', deadline: '90m', retry, forEach: { items: [1, 2, 3], concurrency: 1, tolerate: 3 } }),
      { agents },
    );
    expect(tasks['it']).toMatchObject({ status: 'succeeded', output: ['now', null, null] });
    expect(elapsed(tasks['it']!)).toBeLessThanOrEqual(1.5 * hour);
  });
});

describe('what is too large', () => {
  test('an output that is too large fails only the task', async () => {
    const { tasks } = await temporal.run({ ...one({ agent: 'big' }), onFailure: 'continue' }, { agents });
    expect(tasks['it']).toMatchObject({ status: 'failed', failure: { type: 'OutputTooLarge' } });
  });

  test('an input that is too large fails the task before any call', async () => {
    const half = 'x'.repeat(MAX_VALUE_BYTES / 2);
    const { result, said } = await temporal.start(
      {
        name: 'large',
        onFailure: 'continue',
        tasks: {
          a: { agent: 'half' },
          b: { agent: 'half' },
          both: { agent: 'echo', input: '{% [$tasks.a.output, $tasks.b.output] %}' },
          other: { agent: 'echo', needs: ['both'], join: 'all-done' },
        },
      },
      { agents: { half: () => half } },
    );
    const { status, tasks } = await result();
    expect(status).toBe('failed');
    expect(tasks['both']).toMatchObject({ status: 'failed', attempts: 0, failure: { type: 'InputTooLarge' } });
    expect(tasks['other']!.status).toBe('succeeded');
    expect(said().sort()).toEqual(['echo other', 'half a', 'half b']);
  });
});

test('the usage of a run includes failed calls', async () => {
  const plan: Plan = {
    name: 'costs',
    onFailure: 'continue',
    tasks: { a: { agent: 'costly' }, b: { agent: 'costly', forEach: { items: [1, 2] } }, c: { agent: 'never' } },
  };
  const { usage } = await temporal.run(plan, { agents });
  expect(usage).toEqual({ calls: 4, tokens: 21, usd: 1.5 });
});
