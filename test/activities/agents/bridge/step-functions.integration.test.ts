// State machines as agents, on moto and on LocalStack. Both run Pass, Wait, Choice and Fail; moto has no activities, LocalStack no pages.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { start, stop } from '../../../../scripts/systems/lifecycle.js';
import { stepFunctions } from '../../../../scripts/systems/step-functions.js';
import { openStepFunctions, stepFunctionsAgent } from '../../../../src/activities/agents/bridge/step-functions.js';
import type { AgentContext } from '../../../../src/domain/agent/agent.js';
import { jobName } from '../../../../src/activities/agents/bridge/job-name.js';
import { uniqueName } from '../../../support/brokers.js';
import { ownSystem, urlOf, withSystem } from '../../../support/systems.js';
import { callBridge } from './call-bridge.js';
import { startCountingProxy } from './counting-proxy.js';
import { runByClock } from './one-attempt.js';

const region = 'us-east-1';

beforeAll(() => {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
});

const MACHINES = {
  echo: { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } },
  slow: {
    StartAt: 'A',
    States: { A: { Type: 'Wait', Seconds: 3, Next: 'B' }, B: { Type: 'Pass', Result: { slept: 3 }, End: true } },
  },
  endless: { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 600, End: true } } },
  fails: { StartAt: 'A', States: { A: { Type: 'Fail', Error: 'NoRows', Cause: 'the table is empty' } } },
};

describe.each(['step-functions', 'localstack'])('%s', (system) => {
  describe.skipIf(urlOf(system) === undefined)(withSystem(system, 'a state machine'), () => {
    const endpoint = urlOf(system)!;
    const arns: Record<string, string> = {};
    let client: SFNClient;

    beforeAll(async () => {
      client = new SFNClient({ region, endpoint });
      for (const [name, definition] of Object.entries(MACHINES)) {
        const created = await client.send(
          new CreateStateMachineCommand({
            name: uniqueName(name),
            definition: JSON.stringify(definition),
            roleArn: 'arn:aws:iam::000000000000:role/states',
          }),
        );
        arns[name] = created.stateMachineArn!;
      }
    });
    afterAll(() => client.destroy());

    const agentOf = (machine: keyof typeof MACHINES, more: object = {}) =>
      stepFunctionsAgent({ type: machine, region, endpoint, stateMachine: arns[machine]!, ...more });

    const executionsOf = async (machine: string): Promise<readonly string[]> => {
      const found = await client.send(new ListExecutionsCommand({ stateMachineArn: arns[machine]! }));
      return (found.executions ?? []).map(({ name }) => name!);
    };

    const statusOf = async (machine: string, name: string): Promise<string | undefined> => {
      const executionArn = `${arns[machine]!.replace(':stateMachine:', ':execution:')}:${name}`;
      return (await client.send(new DescribeExecutionCommand({ executionArn }))).status;
    };

    test('gets the input of the task, and its output is that of the execution', async () => {
      const key = uniqueName('run/echo');
      const reply = await callBridge(agentOf('echo'), { key, input: { order: 7, text: 'ä' } }).ended;
      expect(reply.output).toEqual({ order: 7, text: 'ä' });
      expect(await executionsOf('echo')).toContain(jobName(key, 1));
    });

    test('that fails gives error and cause, and the next attempt starts another execution', async () => {
      const key = uniqueName('run/fails');
      const first = callBridge(agentOf('fails'), { key });
      const failure = await first.failure();
      expect(failure).toMatchObject({ type: 'AgentFailed', nonRetryable: false });
      expect(failure.message).toMatch(/^Step Functions at http:\S+: job \S+ failed: NoRows: the table is empty$/);
      expect(failure.detail.details).toMatchObject({ details: { error: 'NoRows', cause: 'the table is empty' } });
      await callBridge(agentOf('fails'), { key, after: first }).failure();
      const names = await executionsOf('fails');
      expect(names).toEqual(expect.arrayContaining([jobName(key, 1), jobName(key, 2)]));
    });

    test('whose worker died before the start was recorded runs once', async () => {
      const key = uniqueName('run/slow');
      const first = callBridge(agentOf('slow'), { key });
      await first.until('running');
      first.cancel('WORKER_SHUTDOWN');
      expect((await first.failure()).type).toBe('Interrupted');
      // No heartbeat has reached the server.
      const second = callBridge(agentOf('slow'), { key });
      expect((await second.ended).output).toEqual({ slept: 3 });
      expect((await executionsOf('slow')).filter((name) => name === jobName(key, 1))).toHaveLength(1);
    });

    test('is stopped when the call is cancelled', async () => {
      const key = uniqueName('run/endless');
      const one = callBridge(agentOf('endless'), { key });
      await one.until('running');
      one.cancel();
      expect((await one.failure()).type).toBe('Cancelled');
      expect(await statusOf('endless', jobName(key, 1))).toBe('ABORTED');
    });

    test('that is cancelled before its start was confirmed is stopped all the same', async () => {
      const key = uniqueName('run/early');
      const one = callBridge(agentOf('endless'), { key });
      await expect.poll(() => executionsOf('endless'), { interval: 1 }).toContain(jobName(key, 1));
      one.cancel();
      expect((await one.failure()).type).toBe('Cancelled');
      expect(await statusOf('endless', jobName(key, 1))).toBe('ABORTED');
    });

    test('that has succeeded remains so when the call is cancelled after that', async () => {
      const key = uniqueName('run/late');
      const first = callBridge(agentOf('echo'), { key });
      await first.ended;
      const late = callBridge(agentOf('echo'), { key, after: first });
      late.cancel();
      expect((await late.failure()).type).toBe('Cancelled');
      expect(await statusOf('echo', jobName(key, 1))).toBe('SUCCEEDED');
    });

    test('that takes thirty minutes costs fewer than 200 requests', async () => {
      const proxy = await startCountingProxy(endpoint);
      onTestFinished(() => proxy.close());
      const key = uniqueName('run/half-an-hour');
      const executionArn = `${arns['endless']!.replace(':stateMachine:', ':execution:')}:${jobName(key, 1)}`;
      let at = 0;
      const clock = {
        now: () => at,
        sleep: async (ms: number) => {
          at += ms;
          if (at >= 30 * 60_000) await client.send(new StopExecutionCommand({ executionArn, error: 'Over' }));
        },
      };
      const settings = { type: 'endless', region, endpoint: proxy.url, stateMachine: arns['endless']! };
      const open = (context: AgentContext) => openStepFunctions(settings, context);
      await expect(runByClock(open, { input: {}, key, clock })).rejects.toThrow('was cancelled there');
      expect(at).toBeGreaterThanOrEqual(30 * 60_000);
      expect(proxy.requests.length).toBeLessThan(200);
    });

    test('that somebody stops there is not started again', async () => {
      const key = uniqueName('run/stopped');
      const one = callBridge(agentOf('endless'), { key });
      await one.until('running');
      const executionArn = `${arns['endless']!.replace(':stateMachine:', ':execution:')}:${jobName(key, 1)}`;
      await client.send(new StopExecutionCommand({ executionArn, error: 'Ops', cause: 'too expensive' }));
      const failure = await one.failure();
      expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
      expect(failure.message).toMatch(/was cancelled there, not by this run/);
    });

    test('that does not exist is refused, and named', async () => {
      const stateMachine = `arn:aws:states:${region}:000000000000:stateMachine:nope`;
      const failure = await callBridge(agentOf('echo', { stateMachine }), { key: uniqueName('run/nope') }).failure();
      expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
      expect(failure.message).toMatch(/StateMachineDoesNotExist: there is no such state machine: correct stateMachine/);
    });
  });
});

describe.skipIf(urlOf('step-functions') === undefined)(withSystem('step-functions', 'a restart'), () => {
  const roleArn = 'arn:aws:iam::000000000000:role/states';

  test('an execution that a restarted system does not know any more is lost, not started again', async () => {
    const own = await ownSystem('step-functions');
    onTestFinished(() => own.remove());
    const client = new SFNClient({ region, endpoint: own.url });
    onTestFinished(() => client.destroy());
    const create = async () =>
      await client.send(
        new CreateStateMachineCommand({ name: 'endless', definition: JSON.stringify(MACHINES.endless), roleArn }),
      );
    const { stateMachineArn } = await create();
    const agent = stepFunctionsAgent({ type: 'a', region, endpoint: own.url, stateMachine: stateMachineArn! });
    const one = callBridge(agent, { key: uniqueName('run/restart') });
    await one.until('running');
    // It keeps all in memory.
    await own.stop('SIGKILL');
    await own.start();
    await create();
    const failure = await one.failure();
    expect(failure).toMatchObject({ type: 'JobLost', nonRetryable: true });
    expect(failure.message).toMatch(/was accepted, and is not known there any more; it may have done its work$/);
    const found = await client.send(new ListExecutionsCommand({ stateMachineArn: stateMachineArn! }));
    expect(found.executions).toEqual([]);
  });
});

test.skipIf(urlOf('step-functions') === undefined)(
  withSystem('step-functions', 'credentials that the service does not know are refused, and the call is not retried'),
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'baton-moto-'));
    const prepare: typeof stepFunctions.prepare = async (place, ports) => {
      const programs = await stepFunctions.prepare(place, ports);
      // From the first request on, it checks who asks.
      return programs.map((one) => ({ ...one, env: { ...one.env, INITIAL_NO_AUTH_ACTION_COUNT: '0' } }));
    };
    const strict = await start({ ...stepFunctions, prepare }, directory);
    onTestFinished(async () => {
      await stop(strict, 'SIGKILL');
      await rm(directory, { recursive: true, force: true });
    });
    const stateMachine = `arn:aws:states:${region}:000000000000:stateMachine:m`;
    const agent = stepFunctionsAgent({ type: 'x', region, endpoint: strict.url, stateMachine });
    const failure = await callBridge(agent, { key: uniqueName('run/nobody') }).failure();
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    // moto answers 403 as XML, which the client does not read.
    expect(failure.message).toMatch(/^Step Functions at http:\S+ answered: /);
  },
);

test('an endpoint that is not there is named, and the call is retried', async () => {
  const stateMachine = `arn:aws:states:${region}:000000000000:stateMachine:m`;
  const agent = stepFunctionsAgent({ type: 'x', region, endpoint: 'http://127.0.0.1:1', stateMachine });
  const failure = await callBridge(agent, { key: uniqueName('run/nowhere') }).failure();
  expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false });
  expect(failure.message).toMatch(/^Step Functions at http:\/\/127\.0\.0\.1:1 could not be reached/);
});
