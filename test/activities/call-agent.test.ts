import { ActivityCancellationDetails } from '@temporalio/common';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { GuardedCall } from '../../src/activities/call-agent/guarded-call.js';
import { createActivities } from '../../src/activities/index.js';
import type { Recheck } from '../../src/activities/call-agent/permit.js';
import type { Agent, AgentContext } from '../../src/domain/agent/agent.js';
import { MAX_VALUE_BYTES } from '../../src/domain/json/byte-size.js';
import { aRequest, call, environment, failureOf } from './call.js';

const agent = (run: Agent['run'], more: Partial<Agent> = {}): Agent => ({ type: 'x', kind: 'test', run, ...more });

/** An agent that does nothing until its signal aborts; `begun` resolves when it has been called. */
function waiting(then: (context: AgentContext) => unknown = () => 'late') {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const run = async (_: unknown, context: AgentContext) => {
    begin();
    await once(context.signal, 'abort');
    return then(context);
  };
  return { begun, agent: agent(run) };
}

describe('callAgent: success', () => {
  test('a call that succeeds returns output, attempts and usage', async () => {
    const spends = agent(async (_, { usage }) => (usage({ tokens: 5 }), usage({ tokens: 2, usd: 0.5 }), { ok: true }));
    expect(await call({ agents: [spends], info: { attempt: 2 } })).toEqual({
      output: { ok: true },
      attempts: 2,
      usage: { calls: 2, tokens: 7, usd: 0.5 },
      timings: [
        expect.objectContaining({ approximate: true }),
        { from: expect.any(Number) as unknown, to: expect.any(Number) as unknown },
      ],
    });
  });

  test('the agent is given the facts of its call', async () => {
    const tells = agent(async (input, { attempt, idempotencyKey, correlation, lastProgress }) => {
      return { input, attempt, idempotencyKey, correlation, lastProgress: lastProgress ?? 'none' };
    });
    const reply = await call({ agents: [tells], request: { input: 5, item: 3 }, info: { attempt: 2 } });
    expect(reply.output).toEqual({
      input: 5,
      attempt: 2,
      idempotencyKey: 'run-1/a',
      correlation: { run: 'run-1', plan: 'plan-1', task: 'a', item: 3 },
      lastProgress: 'none',
    });
  });

  test('an answer of undefined becomes null', async () => {
    expect((await call({ agents: [agent(async () => undefined)] })).output).toBeNull();
  });

  test("input and output are parsed by the agent's schemas", async () => {
    const typed = functionAgent({
      type: 'typed',
      input: z.object({ n: z.number().default(20) }),
      output: z.object({ twice: z.number() }),
      run: ({ n }) => ({ twice: 2 * n, more: 'stripped' }),
    });
    expect((await call({ agents: [typed], request: { input: {} } })).output).toEqual({ twice: 40 });
  });

  test('a call gets its permit, then its lease; then the permit is checked again, and the agent is called', async () => {
    const passed: string[] = [];
    const deps = {
      permit: <T>({ agent }: GuardedCall, next: (recheck: Recheck) => Promise<T>) => {
        passed.push(`permit ${agent.type}`);
        return next(() => passed.push('recheck'));
      },
      lease: <T>({ agent }: GuardedCall, next: () => Promise<T>) => (passed.push(`lease ${agent.type}`), next()),
    };
    await call({ agents: [agent(async () => passed.push('agent'))], deps });
    expect(passed).toEqual(['permit x', 'lease x', 'recheck', 'agent']);
  });
});

describe('callAgent: refused before the agent is called', () => {
  test('a missing agent is AgentNotHere, with Task Queue, agents and the nearest name', async () => {
    const failure = await failureOf(
      call({ agents: [agent(async () => 1, { type: 'scanner' })], request: { agent: 'scaner' } }),
    );
    expect(failure).toMatchObject({
      type: 'AgentNotHere',
      nonRetryable: false,
      detail: { began: false, usage: { calls: 0 } },
    });
    expect(failure.message).toBe(
      'no agent "scaner" in this worker of task queue "queue-1"; its agents: "scanner"; did you mean "scanner"?',
    );
  });

  const notHere = (more: Parameters<typeof call>[0]['info'], request: object = { agent: 'y', countsAttempts: true }) =>
    failureOf(
      call({ agents: [agent(async () => 1)], request, info: { currentAttemptScheduledTimestampMs: 0, ...more } }),
    );

  test('a missing agent does not use up an attempt, and its call waits longer each time', async () => {
    const [first, later] = await Promise.all([
      notHere({}),
      notHere({
        attempt: 9,
        currentAttemptScheduledTimestampMs: 599_999,
        heartbeatDetails: { refused: 8, ended: 8, missing: { agent: 'y', since: 0, times: 8 } },
      }),
    ]);
    expect(first).toMatchObject({ nonRetryable: false, delayMs: 750, detail: { attempts: 0, began: false } });
    expect(later).toMatchObject({ nonRetryable: false, delayMs: 11_250, detail: { attempts: 0 } });
    expect(later.detail).not.toHaveProperty('unanswered');
  });

  test('an agent that is missing for ten minutes fails the call', async () => {
    const failure = await notHere({
      attempt: 50,
      currentAttemptScheduledTimestampMs: 600_001,
      heartbeatDetails: { refused: 49, ended: 49, missing: { agent: 'y', since: 1, times: 49 } },
    });
    expect(failure).toMatchObject({ type: 'AgentNotHere', nonRetryable: true, detail: { attempts: 0, began: false } });
    expect(failure.message).toMatch(/; no worker that took the call had it for 10m 0s$/);
  });

  test('an agent may be named after a property of Object.prototype', async () => {
    const odd = agent(async () => 'here', { type: 'constructor' });
    expect((await call({ agents: [odd] })).output).toBe('here');
    expect(await failureOf(call({ agents: [odd], request: { agent: '__proto__' } }))).toMatchObject({
      type: 'AgentNotHere',
    });
  });

  test('an input that does not fit is InvalidInput, not retryable', async () => {
    const strict = agent(async () => 1, { input: { type: 'object', required: ['path'] } });
    const failure = await failureOf(call({ agents: [strict], request: { input: {} } }));
    expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true, detail: { began: false } });
    expect(failure.message).toBe('agent "x": input.path: expected a value, got nothing');
  });

  test('a request that does not fit is InternalError, in one line', async () => {
    const { callAgent } = createActivities({ agents: [] });
    const request = { ...aRequest(), timeoutMs: 'soon' };
    const failure = await failureOf(environment().run(callAgent as (request: unknown) => Promise<unknown>, request));
    expect(failure).toMatchObject({ type: 'InternalError', nonRetryable: true });
    expect(failure.message).toBe('callAgent: request.timeoutMs: expected number, got "soon"');
    expect(await failureOf(environment().run(callAgent as () => Promise<unknown>))).toMatchObject({
      type: 'InternalError',
    });
  });
});

describe('callAgent: unusable replies', () => {
  test('a reply that does not fit is InvalidOutput', async () => {
    const failure = await failureOf(
      call({ agents: [agent(async () => ({ n: 'x' }), { output: z.object({ n: z.number() }) })] }),
    );
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true, detail: { began: true } });
    expect(failure.message).toBe('agent "x": output.n: expected number, got "x"');
  });

  test('a reply that is not JSON is InvalidOutput, with the path', async () => {
    const failure = await failureOf(call({ agents: [agent(async () => ({ a: [() => 1] }))] }));
    expect(failure).toMatchObject({
      type: 'InvalidOutput',
      message: 'agent "x": output.a[0]: expected JSON, got a function',
    });
  });

  test('a reply that is too large is OutputTooLarge, with size and limit', async () => {
    const failure = await failureOf(call({ agents: [agent(async () => 'x'.repeat(MAX_VALUE_BYTES))] }));
    expect(failure).toMatchObject({ type: 'OutputTooLarge', nonRetryable: true });
    expect(failure.message).toContain(`at most ${MAX_VALUE_BYTES} bytes of JSON, got ${MAX_VALUE_BYTES + 2}`);
    expect((await call({ agents: [agent(async () => 'x'.repeat(MAX_VALUE_BYTES - 2))] })).attempts).toBe(1);
  });
});

describe('callAgent: the limit of an output is that of the worker', () => {
  const deps = { valueLimit: 3_000_000 };
  const agents = [agent(async (_, { maxOutputBytes }) => 'x'.repeat(maxOutputBytes - 2))];

  test('callAgent: an output as large as the raised limit of the worker is accepted', async () => {
    const { output } = await call({ agents, deps });
    expect(String(output)).toHaveLength(2_999_998);
  });

  test('callAgent: an output above the raised limit of the worker is OutputTooLarge, with that limit', async () => {
    const tooMuch = agent(async (_, { maxOutputBytes }) => 'x'.repeat(maxOutputBytes));
    const failure = await failureOf(call({ agents: [tooMuch], deps }));
    expect(failure.message).toContain('at most 3000000 bytes of JSON, got 3000002');
  });
});

test('callAgent: an output above the maxOutput of its agent is OutputTooLarge', async () => {
  const failure = await failureOf(call({ agents: [agent(async () => 'x'.repeat(999), { maxOutput: '1KB' })] }));
  expect(failure.message).toContain('at most 1000 bytes of JSON, got 1001');
  expect((await call({ agents: [agent(async () => 'x'.repeat(998), { maxOutput: '1KB' })] })).attempts).toBe(1);
});

describe('callAgent: failures', () => {
  test('the failure of a call has its usage', async () => {
    const spends = agent(async (_, { usage }) => {
      usage({ tokens: 9 });
      throw new AgentError('overloaded', { type: 'Overloaded', retryAfterMs: 7000 });
    });
    expect(await failureOf(call({ agents: [spends] }))).toMatchObject({
      type: 'Overloaded',
      delayMs: 7000,
      detail: { attempts: 1, began: true, usage: { calls: 1, tokens: 9, usd: 0 } },
    });
  });

  test('an agent that throws synchronously, and not an error, fails like any other', async () => {
    const fail = (thrown: unknown): never => {
      throw thrown;
    };
    const throws = agent(() => fail('just a string'));
    expect(await failureOf(call({ agents: [throws] }))).toMatchObject({
      type: 'AgentFailed',
      message: 'just a string',
    });
  });
});

describe('callAgent: earlier attempts', () => {
  const answered = agent(() => Promise.reject(new AgentError('no', { retryable: false })));
  const after = async (info: NonNullable<Parameters<typeof call>[0]['info']>, one = answered) =>
    (await failureOf(call({ agents: [one], request: { countsAttempts: true }, info }))).detail;

  test('a call whose attempts were all answered is not unanswered', async () => {
    expect(await after({ attempt: 3, heartbeatDetails: { ended: 2 } })).not.toHaveProperty('unanswered');
    expect(await after({ attempt: 1 })).not.toHaveProperty('unanswered');
  });

  test('the failure of a call names its first attempt without an answer', async () => {
    const unanswered = 'attempt 1 got no answer: late';
    expect(await after({ attempt: 3, heartbeatDetails: { ended: 2, unanswered } })).toMatchObject({ unanswered });
    const lost = 'attempt 2 got no answer: its worker was lost';
    expect(await after({ attempt: 3, heartbeatDetails: { ended: 1 } })).toMatchObject({ unanswered: lost });
  });

  test.each(['Timeout', 'NoAnswer', 'Interrupted', 'LeaseLost'] as const)(
    'an attempt that fails with %s counts as unanswered',
    async (type) => {
      const open = agent(() => Promise.reject(new AgentError('late', { type })));
      expect(await after({ attempt: 1 }, open)).toMatchObject({ unanswered: 'attempt 1 got no answer: late' });
    },
  );

  test('a call whose last allowed attempt was lost ends without another attempt', async () => {
    const request = { countsAttempts: true, retry: { attempts: 1, initialMs: 1, factor: 1, maxMs: 1 } };
    let called = false;
    const calling = call({ agents: [agent(async () => (called = true))], request, info: { attempt: 2 } });
    expect(await failureOf(calling)).toMatchObject({
      type: 'Interrupted',
      nonRetryable: true,
      detail: { attempts: 1, began: false, lost: true, unanswered: expect.stringContaining('attempt 1') as string },
    });
    expect(called).toBe(false);
  });

  test('a second attempt notes the earlier ones before it calls the agent', async () => {
    const env = environment({ attempt: 2, heartbeatTimeoutMs: 60_000, heartbeatDetails: { ended: 1 } });
    const beats: unknown[] = [];
    env.on('heartbeat', (details) => beats.push(details));
    await call({ agents: [agent(async () => void expect(beats).toMatchObject([{ ended: 1, open: true }]))] }, env);
  });
});

describe('callAgent: time', () => {
  test('an agent that gives no sign of working for too long is Idle, and its signal has aborted', async () => {
    let reason: unknown;
    const { agent: silent } = waiting(({ signal }) => void (reason = signal.reason));
    const failure = await failureOf(call({ agents: [{ ...silent, idle: '20ms' }] }));
    expect(failure).toMatchObject({ type: 'Idle', nonRetryable: false, detail: { began: true } });
    expect(failure.message).toBe('agent "x" has given no sign of working for 20ms');
    expect(reason).toMatchObject({ type: 'Idle' });
  });

  test.each(['active', 'progress'] as const)('an agent that calls %s is not idle', async (sign) => {
    const signs = agent(async (_, context) => {
      for (let i = 0; i < 20; i++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (sign === 'active') context.active?.();
        else context.progress(i);
      }
      return 'done';
    });
    expect((await call({ agents: [{ ...signs, idle: '200ms' }] })).output).toBe('done');
  });

  test('the idle time of the task is used before that of the agent', async () => {
    const { agent: silent } = waiting();
    const calling = call({ agents: [{ ...silent, idle: '1h' }], request: { idleMs: 20 } });
    expect(await failureOf(calling)).toMatchObject({ type: 'Idle' });
  });

  test('an agent that does not answer in time is a Timeout, and its signal has aborted', async () => {
    let aborted = false;
    const slow = waiting(({ signal }) => (aborted = signal.aborted));
    const failure = await failureOf(call({ agents: [slow.agent], request: { timeoutMs: 30 } }));
    expect(failure).toMatchObject({ type: 'Timeout', nonRetryable: false, detail: { began: true } });
    expect(failure.message).toBe('agent "x" did not answer within 30ms');
    expect(aborted).toBe(true);
  });

  test('an answer after the timeout does not count', async () => {
    const late = waiting(() => 'half an answer');
    expect(await failureOf(call({ agents: [late.agent], request: { timeoutMs: 20 } }))).toMatchObject({
      type: 'Timeout',
    });
  });

  test('an agent that ignores its signal is given up after the grace period, with a warning', async () => {
    const warned: string[] = [];
    const log = { debug() {}, info() {}, warn: (message: string) => void warned.push(message), error() {} };
    const deaf = agent(() => new Promise(() => {}));
    const calling = call({ agents: [deaf], request: { timeoutMs: 20 }, deps: { abortGraceMs: 20, log } });
    expect(await failureOf(calling)).toMatchObject({ type: 'Timeout' });
    expect(warned).toEqual(['agent "x" is still running 20ms after its signal aborted; its call is given up']);
  });

  test('the failure of an agent that was given up is ignored', async () => {
    let fail = (_: Error) => {};
    const stubborn = agent(() => new Promise((_, reject) => (fail = reject)));
    await failureOf(call({ agents: [stubborn], request: { timeoutMs: 10 }, deps: { abortGraceMs: 10 } }));
    fail(new Error('too late'));
    await new Promise(setImmediate);
  });

  test('a timeout longer than the longest timer does not fire immediately', async () => {
    const takesATurn = agent(() => new Promise((resolve) => setTimeout(resolve, 20, 'done')));
    expect((await call({ agents: [takesATurn], request: { timeoutMs: 2 ** 40 } })).output).toBe('done');
  });
});

describe('callAgent: cancellation', () => {
  test('the cancellation of a running call is a CancelledFailure with `began`', async () => {
    const env = environment();
    const { begun, agent: cancelled } = waiting();
    const calling = failureOf(call({ agents: [cancelled] }, env));
    await begun;
    env.cancel();
    expect(await calling).toMatchObject({
      type: 'Cancelled',
      detail: { began: true, attempts: 1, usage: { calls: 1 } },
    });
  });

  test('a call that is cancelled before its agent was called does not call the agent', async () => {
    const env = environment();
    env.cancel();
    let called = false;
    const failure = await failureOf(call({ agents: [agent(async () => (called = true))] }, env));
    expect(failure).toMatchObject({ type: 'Cancelled', detail: { began: false } });
    expect(called).toBe(false);
  });

  test('a call that is interrupted by the shutdown of its worker is retryable', async () => {
    const env = environment();
    const { begun, agent: interrupted } = waiting();
    const calling = failureOf(call({ agents: [interrupted] }, env));
    await begun;
    env.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    expect(await calling).toMatchObject({ type: 'Interrupted', nonRetryable: false, detail: { began: true } });
  });

  test('a call that its worker hands over uses no attempt, and is made again immediately', async () => {
    const env = environment();
    const { begun, agent: interrupted } = waiting();
    const request = { countsAttempts: true, retry: { attempts: 1, initialMs: 60_000, factor: 2, maxMs: 60_000 } };
    const calling = failureOf(call({ agents: [interrupted], request }, env));
    await begun;
    env.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    const { nonRetryable, delayMs, detail } = await calling;
    expect({ nonRetryable, delayMs, attempts: detail.attempts }).toEqual({
      nonRetryable: false,
      delayMs: 1,
      attempts: 0,
    });
    // It may have done its work.
    expect(detail.unanswered).toBe('attempt 1 got no answer: the worker shut down while agent "x" was working');
  });

  test('a call that is interrupted by a pause is retryable', async () => {
    const env = environment();
    const { begun, agent: paused } = waiting();
    const calling = failureOf(call({ agents: [paused] }, env));
    await begun;
    env.cancel('PAUSED', new ActivityCancellationDetails({ paused: true }));
    expect(await calling).toMatchObject({
      type: 'Interrupted',
      message: 'the call of agent "x" was interrupted: PAUSED',
    });
  });
});

describe('callAgent: heartbeats', () => {
  const recordBeats = (env: ReturnType<typeof environment>) => {
    const beats: unknown[] = [];
    env.on('heartbeat', (details) => beats.push(details));
    return beats;
  };

  test('a call that ends before the first tick sends no heartbeat', async () => {
    const env = environment({ heartbeatTimeoutMs: 60_000 });
    const beats = recordBeats(env);
    await call({ agents: [agent(async () => 1)] }, env);
    expect(beats).toEqual([]);
  });

  test('progress is sent immediately, and again at every tick', async () => {
    const env = environment({ heartbeatTimeoutMs: 30 });
    const beats = recordBeats(env);
    const works = agent(async (_, { progress }) => {
      progress({ page: 7 });
      expect(beats).toEqual([{ progress: { page: 7 }, open: true }]);
      await once(env, 'heartbeat');
      await once(env, 'heartbeat');
    });
    await call({ agents: [works] }, env);
    expect(beats.slice(0, 3)).toEqual(Array(3).fill({ progress: { page: 7 }, open: true }));
  });

  test('the next attempt gets the progress, and passes it on', async () => {
    const env = environment({ attempt: 2, heartbeatTimeoutMs: 30, heartbeatDetails: { progress: { page: 7 } } });
    const beats = recordBeats(env);
    const resumes = agent(async (_, { lastProgress }) => {
      await once(env, 'heartbeat');
      return lastProgress;
    });
    expect((await call({ agents: [resumes] }, env)).output).toEqual({ page: 7 });
    expect(beats[0]).toMatchObject({ progress: { page: 7 } });
  });

  const NOTED = { progress: { page: 7 }, spent: { tokens: 3, usd: 0.5 } };

  test('the usage of earlier attempts is added to that of this one, in its reply and in its failure', async () => {
    const info = { attempt: 3, heartbeatDetails: NOTED };
    const spends = agent(async (_, { usage, lastProgress }) => (usage({ tokens: 4 }), lastProgress));
    expect(await call({ agents: [spends], info })).toMatchObject({
      output: { page: 7 },
      attempts: 3,
      usage: { calls: 3, tokens: 7, usd: 0.5 },
    });
    const fails = agent(async (_, { usage }) => (usage({ tokens: 4 }), Promise.reject(new Error('no'))));
    const { detail } = await failureOf(call({ agents: [fails], info }));
    expect(detail.usage).toEqual({ calls: 3, tokens: 7, usd: 0.5 });
  });

  test('a failed attempt sends its end, its usage and its progress to the next attempt', async () => {
    const spending = environment({ heartbeatTimeoutMs: 60_000, heartbeatDetails: NOTED });
    const beats = recordBeats(spending);
    const fails = agent(async (_, { usage }) => (usage({ tokens: 4 }), Promise.reject(new Error('no'))));
    await failureOf(call({ agents: [fails] }, spending));
    const time: unknown = expect.any(Number);
    const timings = [{ from: time, to: time, error: 'AgentFailed', message: 'no' }];
    expect(beats).toEqual([{ progress: { page: 7 }, spent: { tokens: 7, usd: 0.5 }, ended: 1, timings }]);
    const thrifty = environment({ heartbeatTimeoutMs: 60_000 });
    const none = recordBeats(thrifty);
    await failureOf(call({ agents: [agent(() => Promise.reject(new Error('no')))] }, thrifty));
    expect(none).toEqual([{ ended: 1, timings }]);
  });

  test('an attempt whose failure is final sends no heartbeat', async () => {
    const env = environment({ heartbeatTimeoutMs: 60_000 });
    const beats = recordBeats(env);
    const refuses = agent(() => Promise.reject(new AgentError('no', { retryable: false })));
    await failureOf(call({ agents: [refuses] }, env));
    expect(beats).toEqual([]);
  });

  test('progress that is not JSON is ignored, and so is progress after the end', async () => {
    const env = environment();
    const beats = recordBeats(env);
    let late = (_: unknown) => {};
    await call({ agents: [agent(async (_, { progress }) => ((late = progress), progress({ n: 5n })))] }, env);
    late(1);
    expect(beats).toEqual([]);
  });
});

describe('createActivities', () => {
  test('createActivities rejects two agents of one type, and wrong schemas, all together', () => {
    const agents = [
      agent(async () => 1, { type: 'scan', kind: 'function' }),
      agent(async () => 1, { type: 'other', input: { type: 'strng' } }),
      agent(async () => 1, { type: 'scan', kind: 'http' }),
    ];
    expect(() => createActivities({ agents })).toThrow(
      /^agent "other": input: not a usable JSON Schema: .*\nagent "scan": expected one agent of a type, got agents\[0\] \(function\) and agents\[2\] \(http\)$/,
    );
  });
});

describe('checkInput', () => {
  const { checkInput } = createActivities({ agents: [] });

  test('checkInput reports all problems of the input', async () => {
    const schema = { type: 'object', required: ['a', 'b'] };
    expect(await checkInput({ schema, value: {} })).toEqual({
      problems: ['input.a: expected a value, got nothing', 'input.b: expected a value, got nothing'],
    });
    expect(await checkInput({ schema, value: { a: 1, b: 2 } })).toEqual({ problems: [] });
  });

  test('checkInput reports a wrong schema', async () => {
    expect((await checkInput({ schema: { type: 'strng' }, value: 1 })).problems[0]).toMatch(
      /^not a usable JSON Schema/,
    );
  });
});
