import { ActivityCancellationDetails } from '@temporalio/common';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AgentError } from '../../src/activities/agent-error.js';
import { functionAgent } from '../../src/activities/agents/function.js';
import type { GuardedCall } from '../../src/activities/guarded-call.js';
import { createActivities } from '../../src/activities/index.js';
import type { Leave } from '../../src/activities/permit.js';
import type { Agent, AgentContext } from '../../src/domain/agent.js';
import { MAX_VALUE_BYTES } from '../../src/domain/call.js';
import { aRequest, call, environment, failureOf } from './call.js';

const agent = (run: Agent['run'], more: Partial<Agent> = {}): Agent => ({ type: 'x', kind: 'test', run, ...more });

/** An agent that does nothing until its signal aborts, and tells when it has begun. */
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

describe('a call that succeeds', () => {
  test('answers output, attempts and usage', async () => {
    const spends = agent(async (_, { usage }) => (usage({ tokens: 5 }), usage({ tokens: 2, usd: 0.5 }), { ok: true }));
    expect(await call({ agents: [spends], info: { attempt: 2 } })).toEqual({
      output: { ok: true },
      attempts: 2,
      usage: { calls: 2, tokens: 7, usd: 0.5 },
    });
  });

  test('tells the agent which call it is', async () => {
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

  test('an answer of undefined is null', async () => {
    expect((await call({ agents: [agent(async () => undefined)] })).output).toBeNull();
  });

  test("gives and returns what the agent's schemas make of the values", async () => {
    const typed = functionAgent({
      type: 'typed',
      input: z.object({ n: z.number().default(20) }),
      output: z.object({ twice: z.number() }),
      run: ({ n }) => ({ twice: 2 * n, more: 'stripped' }),
    });
    expect((await call({ agents: [typed], request: { input: {} } })).output).toEqual({ twice: 40 });
  });

  test('passes through permit and lease, in this order', async () => {
    const passed: string[] = [];
    const deps = {
      permit: <T>({ agent }: GuardedCall, next: (leave: Leave) => Promise<T>) => {
        passed.push(`permit ${agent.type}`);
        return next(() => passed.push('leave'));
      },
      lease: <T>({ agent }: GuardedCall, next: () => Promise<T>) => (passed.push(`lease ${agent.type}`), next()),
    };
    await call({ agents: [agent(async () => passed.push('agent'))], deps });
    expect(passed).toEqual(['permit x', 'lease x', 'leave', 'agent']);
  });
});

describe('a call that is refused before it begins', () => {
  test('an agent that is not here is named, with queue, agents and the nearest name', async () => {
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

  test('agents named after prototypes are agents like others', async () => {
    const odd = agent(async () => 'here', { type: 'constructor' });
    expect((await call({ agents: [odd] })).output).toBe('here');
    expect(await failureOf(call({ agents: [odd], request: { agent: '__proto__' } }))).toMatchObject({
      type: 'AgentNotHere',
    });
  });

  test('an input that does not fit is InvalidInput, and not retried', async () => {
    const strict = agent(async () => 1, { input: { type: 'object', required: ['path'] } });
    const failure = await failureOf(call({ agents: [strict], request: { input: {} } }));
    expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true, detail: { began: false } });
    expect(failure.message).toBe('agent "x": input.path: expected a value, got nothing');
  });

  test('a request that is none is a defect, in one line', async () => {
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

describe('a reply that cannot be used', () => {
  test('that does not fit is InvalidOutput', async () => {
    const failure = await failureOf(
      call({ agents: [agent(async () => ({ n: 'x' }), { output: z.object({ n: z.number() }) })] }),
    );
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true, detail: { began: true } });
    expect(failure.message).toBe('agent "x": output.n: expected number, got "x"');
  });

  test('that is no JSON is InvalidOutput, with the path', async () => {
    const failure = await failureOf(call({ agents: [agent(async () => ({ a: [() => 1] }))] }));
    expect(failure).toMatchObject({
      type: 'InvalidOutput',
      message: 'agent "x": output.a[0]: expected JSON, got a function',
    });
  });

  test('that is too large is OutputTooLarge, with size and limit', async () => {
    const failure = await failureOf(call({ agents: [agent(async () => 'x'.repeat(MAX_VALUE_BYTES))] }));
    expect(failure).toMatchObject({ type: 'OutputTooLarge', nonRetryable: true });
    expect(failure.message).toContain(`at most ${MAX_VALUE_BYTES} bytes of JSON, got ${MAX_VALUE_BYTES + 2}`);
    expect((await call({ agents: [agent(async () => 'x'.repeat(MAX_VALUE_BYTES - 2))] })).attempts).toBe(1);
  });
});

describe('a call that fails', () => {
  test('carries what it has cost', async () => {
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

  test('by throwing at once, and no error, is a failure like others', async () => {
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

describe('time', () => {
  test('an agent that does not answer in time fails as Timeout, and its signal has aborted', async () => {
    let aborted = false;
    const slow = waiting(({ signal }) => (aborted = signal.aborted));
    const failure = await failureOf(call({ agents: [slow.agent], request: { timeoutMs: 30 } }));
    expect(failure).toMatchObject({ type: 'Timeout', nonRetryable: false, detail: { began: true } });
    expect(failure.message).toBe('agent "x" did not answer within 0.03s');
    expect(aborted).toBe(true);
  });

  test('what an agent answers after its timeout does not count', async () => {
    const late = waiting(() => 'half an answer');
    expect(await failureOf(call({ agents: [late.agent], request: { timeoutMs: 20 } }))).toMatchObject({
      type: 'Timeout',
    });
  });

  test('an agent that ignores its signal is given up after the grace, with a warning', async () => {
    const warned: string[] = [];
    const log = { debug() {}, info() {}, warn: (message: string) => void warned.push(message), error() {} };
    const deaf = agent(() => new Promise(() => {}));
    const calling = call({ agents: [deaf], request: { timeoutMs: 20 }, deps: { abortGraceMs: 20, log } });
    expect(await failureOf(calling)).toMatchObject({ type: 'Timeout' });
    expect(warned).toEqual(['agent "x" goes on 0.02s after its signal aborted; its call is given up']);
  });

  test('an agent that fails after it was given up disturbs nobody', async () => {
    let fail = (_: Error) => {};
    const stubborn = agent(() => new Promise((_, reject) => (fail = reject)));
    await failureOf(call({ agents: [stubborn], request: { timeoutMs: 10 }, deps: { abortGraceMs: 10 } }));
    fail(new Error('too late'));
    await new Promise(setImmediate);
  });

  test('a timeout longer than the longest timer is not a timeout of no time', async () => {
    const takesATurn = agent(() => new Promise((resolve) => setTimeout(resolve, 20, 'done')));
    expect((await call({ agents: [takesATurn], request: { timeoutMs: 2 ** 40 } })).output).toBe('done');
  });
});

describe('cancellation', () => {
  test('of a call at work is a CancelledFailure that says that it began', async () => {
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

  test('before the agent was called says that it did not begin, and the agent is not called', async () => {
    const env = environment();
    env.cancel();
    let called = false;
    const failure = await failureOf(call({ agents: [agent(async () => (called = true))] }, env));
    expect(failure).toMatchObject({ type: 'Cancelled', detail: { began: false } });
    expect(called).toBe(false);
  });

  test('by the shutdown of the worker is retryable', async () => {
    const env = environment();
    const { begun, agent: interrupted } = waiting();
    const calling = failureOf(call({ agents: [interrupted] }, env));
    await begun;
    env.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    expect(await calling).toMatchObject({ type: 'Interrupted', nonRetryable: false, detail: { began: true } });
  });

  test('by a pause is retryable', async () => {
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

describe('heartbeats', () => {
  const heard = (env: ReturnType<typeof environment>) => {
    const beats: unknown[] = [];
    env.on('heartbeat', (details) => beats.push(details));
    return beats;
  };

  test('a call that is over before the first tick sends none', async () => {
    const env = environment({ heartbeatTimeoutMs: 60_000 });
    const beats = heard(env);
    await call({ agents: [agent(async () => 1)] }, env);
    expect(beats).toEqual([]);
  });

  test('progress is sent at once, and again at every tick', async () => {
    const env = environment({ heartbeatTimeoutMs: 30 });
    const beats = heard(env);
    const works = agent(async (_, { progress }) => {
      progress({ page: 7 });
      expect(beats).toEqual([{ progress: { page: 7 } }]);
      await once(env, 'heartbeat');
      await once(env, 'heartbeat');
    });
    await call({ agents: [works] }, env);
    expect(beats.slice(0, 3)).toEqual(Array(3).fill({ progress: { page: 7 } }));
  });

  test('the next attempt finds the progress, and hands it on', async () => {
    const env = environment({ attempt: 2, heartbeatTimeoutMs: 30, heartbeatDetails: { progress: { page: 7 } } });
    const beats = heard(env);
    const resumes = agent(async (_, { lastProgress }) => {
      await once(env, 'heartbeat');
      return lastProgress;
    });
    expect((await call({ agents: [resumes] }, env)).output).toEqual({ page: 7 });
    expect(beats[0]).toEqual({ progress: { page: 7 } });
  });

  const NOTED = { progress: { page: 7 }, spent: { tokens: 3, usd: 0.5 } };

  test('what attempts before have spent counts with what this one spends, in its reply and in its failure', async () => {
    const info = { attempt: 3, heartbeatDetails: NOTED };
    const spends = agent(async (_, { usage, lastProgress }) => (usage({ tokens: 4 }), lastProgress));
    expect(await call({ agents: [spends], info })).toEqual({
      output: { page: 7 },
      attempts: 3,
      usage: { calls: 3, tokens: 7, usd: 0.5 },
    });
    const fails = agent(async (_, { usage }) => (usage({ tokens: 4 }), Promise.reject(new Error('no'))));
    const { detail } = await failureOf(call({ agents: [fails], info }));
    expect(detail.usage).toEqual({ calls: 3, tokens: 7, usd: 0.5 });
  });

  test('a call that fails hands on what was spent, beside the progress; one that spent nothing sends none', async () => {
    const spending = environment({ heartbeatTimeoutMs: 60_000, heartbeatDetails: NOTED });
    const beats = heard(spending);
    const fails = agent(async (_, { usage }) => (usage({ tokens: 4 }), Promise.reject(new Error('no'))));
    await failureOf(call({ agents: [fails] }, spending));
    expect(beats).toEqual([{ progress: { page: 7 }, spent: { tokens: 7, usd: 0.5 } }]);
    const thrifty = environment({ heartbeatTimeoutMs: 60_000 });
    const none = heard(thrifty);
    await failureOf(call({ agents: [agent(() => Promise.reject(new Error('no')))] }, thrifty));
    expect(none).toEqual([]);
  });

  test('progress that is no JSON is ignored, and so is any after the end', async () => {
    const env = environment();
    const beats = heard(env);
    let late = (_: unknown) => {};
    await call({ agents: [agent(async (_, { progress }) => ((late = progress), progress({ n: 5n })))] }, env);
    late(1);
    expect(beats).toEqual([]);
  });
});

describe('createActivities', () => {
  test('refuses two agents of a type, naming both, and broken schemas, all at once', () => {
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

  test('reports all that does not fit', async () => {
    const schema = { type: 'object', required: ['a', 'b'] };
    expect(await checkInput({ schema, value: {} })).toEqual({
      problems: ['input.a: expected a value, got nothing', 'input.b: expected a value, got nothing'],
    });
    expect(await checkInput({ schema, value: { a: 1, b: 2 } })).toEqual({ problems: [] });
  });

  test('reports a schema that is broken', async () => {
    expect((await checkInput({ schema: { type: 'strng' }, value: 1 })).problems[0]).toMatch(
      /^not a usable JSON Schema/,
    );
  });
});
