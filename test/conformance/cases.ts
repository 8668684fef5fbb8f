// The cases that every worker passes that serves the activity `callAgent`, in whatever language. test/conformance/agents.json describes the agents
// that it serves for them.
import assert from 'node:assert/strict';
import { FAILURES, type FailureType } from '../../src/domain/failure.js';
import { SECRET, pendingCall, until, untilCalled, type Conformance } from './harness.js';
import { readHistory } from '../../src/temporal/history.js';

export const PARTS = ['secrets', 'output-schemas'] as const;
export type Need = 'storage' | 'encryption' | (typeof PARTS)[number];

export interface Case {
  readonly name: string;
  /** What the worker under test and the script must both be configured with, or a part of the contract that a small worker may leave out. */
  readonly needs?: Need;
  readonly check: (conformance: Conformance) => Promise<void>;
}

const QUICK = { attempts: 3, initial: '1ms', max: '1ms' };

/** The types that an agent itself may report. */
const REPORTED: readonly FailureType[] = [
  'AgentFailed',
  'AgentRefused',
  'Unreachable',
  'NoAnswer',
  'Overloaded',
  'ModelRefused',
  'ContentFiltered',
  'ContextTooLong',
];

const failureCases: Case[] = REPORTED.map((type) => {
  const { retryable } = FAILURES[type];
  return {
    name: `failure ${type}: ${retryable ? 'the call is retried' : 'the call is not retried'}`,
    async check({ task }) {
      const input = { type, times: 1, message: 'on purpose', details: { why: 'test' } };
      const { status, attempts, failure, output } = await task({ agent: 'conformance/fail', input, retry: QUICK });
      if (retryable) return assert.deepEqual({ status, attempts, output }, SECOND_TRY);
      assert.deepEqual([status, attempts, failure?.type], ['failed', 1, type]);
      assert.match(failure?.message ?? '', /on purpose/);
      assert.deepEqual(failure?.details, { why: 'test' });
    },
  };
});

const SECOND_TRY = { status: 'succeeded', attempts: 2, output: { attempt: 2 } };

const contract: Case[] = [
  {
    name: 'an agent gets its input, and its answer is the output of the task',
    async check({ task }) {
      const input = { text: 'hello\n"ü" \u{1F680}', more: [1, 2.5, null, true, { a: [] }] };
      assert.deepEqual((await task({ agent: 'conformance/echo', input })).output, input);
    },
  },
  {
    name: 'an agent knows its run, its attempt, its item and its idempotency key',
    async check({ run }) {
      const tasks = {
        one: { agent: 'conformance/context' },
        each: { agent: 'conformance/context', forEach: { items: ['a', 'b'] } },
      };
      const id = `conformance-${Date.now()}`;
      const result = await run({ name: 'context', tasks }, { id, correlationId: 'order-7' });
      const about = { attempt: 1, run: id, plan: 'context', correlationId: 'order-7' };
      assert.deepEqual(result.tasks['one']?.output, { ...about, task: 'one', item: null, idempotencyKey: `${id}/one` });
      assert.deepEqual(result.tasks['each']?.output, [
        { ...about, task: 'each', item: 0, idempotencyKey: `${id}/each/0` },
        { ...about, task: 'each', item: 1, idempotencyKey: `${id}/each/1` },
      ]);
    },
  },
  {
    name: 'an input that does not fit the schema of the agent fails with InvalidInput, and the agent is not called',
    async check({ task, run }) {
      const { status, attempts, failure } = await task({ agent: 'conformance/echo', input: { text: 5 }, retry: QUICK });
      assert.deepEqual([status, attempts, failure?.type], ['failed', 1, 'InvalidInput']);
      assert.match(failure?.message ?? '', /input\.text/);
      assert.equal((failure?.details as { problems: string[] }).problems.length, 1);
      const missing = { agent: 'conformance/echo', input: {} };
      const { usage } = await run({ name: 'input', tasks: { call: missing } });
      assert.equal(usage.calls, 0);
    },
  },
  {
    name: 'an output that does not fit the schema of the agent fails with InvalidOutput',
    needs: 'output-schemas',
    async check({ task }) {
      const { attempts, failure } = await task({ agent: 'conformance/wrong', retry: QUICK });
      assert.deepEqual([attempts, failure?.type], [1, 'InvalidOutput']);
      assert.match(failure?.message ?? '', /output\.n/);
    },
  },
  {
    name: 'an output that is too large fails with OutputTooLarge, and the limit is the one that the run sets',
    async check({ task }) {
      const agents = { maxOutput: '1KiB' };
      const small = await task({ agent: 'conformance/repeat', input: { text: 'x', times: 100 } }, { agents });
      assert.equal(small.status, 'succeeded');
      const large = await task({ agent: 'conformance/repeat', input: { text: 'x', times: 2000 } }, { agents });
      assert.deepEqual([large.attempts, large.failure?.type], [1, 'OutputTooLarge']);
    },
  },
  ...failureCases,
  {
    name: 'after the last attempt the failure of that attempt is reported, and NoAnswer leaves it unknown what was done',
    async check({ task }) {
      const fail = (type: string) => ({ agent: 'conformance/fail', input: { type, times: 9 }, retry: QUICK });
      const { status, attempts, failure } = await task(fail('AgentFailed'));
      assert.deepEqual([status, attempts, failure?.type], ['failed', 3, 'AgentFailed']);
      const lost = await task(fail('NoAnswer'));
      assert.deepEqual([lost.status, lost.attempts, lost.failure?.type], ['unknown', 3, 'NoAnswer']);
    },
  },
  {
    name: 'an attempt without an answer makes the call unknown, also if a later attempt is refused',
    async check({ task }) {
      const input = { type: 'NoAnswer', times: 1, then: 'AgentRefused' };
      const { status, attempts, failure } = await task({ agent: 'conformance/fail', input, retry: QUICK });
      assert.deepEqual([status, attempts, failure?.type], ['unknown', 2, 'AgentRefused']);
      assert.match(failure?.cause ?? '', /attempt 1 got no answer: .*failed/);
    },
  },
  {
    name: 'retry-after: the next attempt is due when the agent says, at most after an hour',
    async check({ start }) {
      const input = { type: 'Overloaded', times: 1, retryAfterMs: 7_200_000 };
      const run = await start({ name: 'later', tasks: { call: { agent: 'conformance/fail', input } } });
      const { lastFailure } = await until(async () => {
        const call = await pendingCall(run);
        return call?.lastFailure == null ? undefined : call;
      });
      const info = lastFailure?.applicationFailureInfo;
      assert.deepEqual([info?.type, Number(info?.nextRetryDelay?.seconds)], ['Overloaded', 3600]);
      await run.cancel();
      assert.equal((await run.result()).tasks['call']?.status, 'cancelled');
    },
  },
  {
    name: 'usage of failed attempts counts',
    async check({ run }) {
      const call = { agent: 'conformance/fail', input: { type: 'AgentFailed', times: 2 }, retry: QUICK };
      const { usage } = await run({ name: 'usage', tasks: { call } });
      assert.deepEqual(usage, { calls: 3, tokens: 30, usd: 1.5 });
    },
  },
  {
    name: 'progress of an attempt reaches the attempts after it, also if one between had none',
    async check({ task }) {
      const { attempts, output } = await task({ agent: 'conformance/resume', retry: QUICK });
      assert.deepEqual([attempts, output], [3, { attempt: 3, lastProgress: { done: 1 } }]);
    },
  },
  {
    name: 'a call that takes longer than its heartbeat timeout is not lost',
    async check({ task }) {
      const { status, attempts } = await task({ agent: 'conformance/wait', input: { ms: 6_000 }, heartbeat: '2s' });
      assert.deepEqual([status, attempts], ['succeeded', 1]);
    },
  },
  {
    name: 'a call that takes longer than its timeout fails with Timeout',
    async check({ task }) {
      const call = { agent: 'conformance/wait', input: { ms: 60_000 }, timeout: '300ms', retry: { attempts: 1 } };
      const { status, attempts, failure } = await task(call);
      assert.deepEqual([status, attempts, failure?.type], ['unknown', 1, 'Timeout']);
      assert.match(failure?.message ?? '', /300ms/);
    },
  },
  {
    name: 'an agent without progress fails with Idle, and progress prevents that',
    async check({ task }) {
      const wait = (input: object, idle: string) =>
        task({ agent: 'conformance/wait', input, idle, retry: { attempts: 1 } });
      const { status, failure } = await wait({ ms: 60_000 }, '500ms');
      assert.deepEqual([status, failure?.type], ['unknown', 'Idle']);
      assert.equal((await wait({ ms: 6_000, everyMs: 200 }, '4s')).status, 'succeeded');
    },
  },
  {
    name: 'the idle time that the agent declares in the configuration holds',
    async check({ task }) {
      const call = { agent: 'conformance/wait', input: { ms: 60_000 }, retry: { attempts: 1 } };
      assert.equal((await task(call, { agents: { idle: '500ms' } })).failure?.type, 'Idle');
    },
  },
  {
    name: 'cancel: the call ends, and its task is unknown, because the agent had been called',
    async check({ start }) {
      const call = { agent: 'conformance/wait', input: { ms: 600_000, everyMs: 100 } };
      const run = await start({ name: 'cancel', tasks: { call } });
      await untilCalled(run);
      await until(async () => ((await pendingCall(run))?.heartbeatDetails == null ? undefined : true));
      await run.cancel();
      const { status, tasks, usage } = await run.result();
      const { call: task } = tasks;
      assert.deepEqual([status, task?.status, task?.failure?.type], ['cancelled', 'unknown', 'Cancelled']);
      // The worker has reported that its agent had been called.
      assert.deepEqual([task?.attempts, usage.calls], [1, 1]);
    },
  },
  {
    name: 'an agent that the worker does not have uses up no attempt: the call waits for another worker',
    async check({ start }) {
      const call = { agent: 'conformance/absent', retry: { attempts: 1 } };
      const run = await start({ name: 'absent', tasks: { call } });
      const waits = await until(async () => (await run.snapshot()).tasks['call']?.waits);
      assert.deepEqual(waits, { agent: 'conformance/absent', calls: 1 });
      await until(async () => (Number((await pendingCall(run))?.attempt ?? 0) > 2 ? true : undefined));
      await run.cancel();
      assert.equal((await run.result()).tasks['call']?.status, 'cancelled');
    },
  },
  {
    name: 'a secret of the input reaches the agent, and is replaced in its answer',
    needs: 'secrets',
    async check({ task }) {
      const input = { text: { $secret: SECRET } };
      const { output } = await task({ agent: 'conformance/echo', input });
      assert.deepEqual(output, { text: `[secret ${SECRET}]` });
      const { output: length } = await task({ agent: 'conformance/length', input });
      assert.deepEqual(length, { length: 'a-secret-of-the-worker'.length });
    },
  },
  {
    name: 'a secret that the worker does not allow fails with SecretRefused, and an answer cannot name one',
    needs: 'secrets',
    async check({ task }) {
      const refused = await task({ agent: 'conformance/echo', input: { text: { $secret: 'OTHER' } } });
      assert.deepEqual([refused.attempts, refused.failure?.type], [1, 'SecretRefused']);
      assert.equal((await task({ agent: 'conformance/secret' })).failure?.type, 'InvalidOutput');
    },
  },
];

const LARGE = 300_000;

const values: Case[] = [
  {
    name: 'large values pass through the storage in both directions, and none is in the history',
    needs: 'storage',
    async check({ start, baton }) {
      const run = await start({
        name: 'large',
        tasks: {
          make: { agent: 'conformance/repeat', input: { text: 'ä"', times: LARGE } },
          count: { agent: 'conformance/length', input: { text: '{% $tasks.make.output.text %}' } },
          echo: { agent: 'conformance/echo', input: '{% $tasks.make.output %}' },
        },
        output: '{% $length($tasks.echo.output.text) %}',
      });
      const { status, tasks, output } = await run.result();
      assert.equal(status, 'completed');
      assert.deepEqual(tasks['count']?.output, { length: 2 * LARGE });
      assert.equal(output, 2 * LARGE);
      for await (const event of readHistory(baton.client, { workflowId: run.id }))
        assert.ok(JSON.stringify(event).length < 200_000, `event ${String(event.eventId)} is small`);
    },
  },
  {
    name: 'inputs, outputs, progress, failures and their messages are encrypted',
    needs: 'encryption',
    async check({ start, baton }) {
      const mark = 'clear-text-of-the-test';
      const run = await start({
        name: 'secret',
        tasks: {
          echo: { agent: 'conformance/echo', input: { text: mark } },
          fail: { agent: 'conformance/fail', input: { type: 'AgentRefused', times: 1, message: mark } },
        },
        onFailure: 'continue',
      });
      const { tasks } = await run.result();
      assert.deepEqual(tasks['echo']?.output, { text: mark });
      assert.match(tasks['fail']?.failure?.message ?? '', new RegExp(mark));
      for await (const event of readHistory(baton.client, { workflowId: run.id })) {
        const found = textsIn(event).filter((text) => text.includes(mark));
        assert.deepEqual(found, [], `event ${String(event.eventId)}`);
      }
    },
  },
];

/** All texts in a message of the server, bytes decoded. */
function textsIn(message: unknown): string[] {
  if (typeof message === 'string') return [message];
  if (message instanceof Uint8Array) return [Buffer.from(message).toString('utf8')];
  return typeof message === 'object' && message !== null ? Object.values(message).flatMap(textsIn) : [];
}

export const CASES: readonly Case[] = [...contract, ...values];
