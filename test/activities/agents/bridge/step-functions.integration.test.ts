// State machines as agents, on moto and on LocalStack. Both run Pass, Wait, Choice and Fail; moto has no activities, LocalStack no pages.
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { stepFunctionsAgent } from '../../../../src/activities/agents/bridge/step-functions.js';
import { jobName } from '../../../../src/activities/agents/bridge/job-name.js';
import { uniqueName } from '../../../support/brokers.js';
import { ownSystem, urlOf, withSystem } from '../../../support/systems.js';
import { startProxy } from '../../../support/tcp-proxy.js';
import { callBridge } from './call-bridge.js';

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

    test('survives a cut of the network', async () => {
      const proxy = await startProxy(Number(new URL(endpoint).port));
      onTestFinished(() => proxy.close());
      const one = callBridge(agentOf('slow', { endpoint: `http://127.0.0.1:${proxy.port}` }), {
        key: uniqueName('run/cut'),
      });
      await one.until('running');
      proxy.cut();
      setTimeout(() => proxy.mend(), 4_000);
      expect((await one.ended).output).toEqual({ slept: 3 });
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

test('an endpoint that is not there is named, and the call is retried', async () => {
  const stateMachine = `arn:aws:states:${region}:000000000000:stateMachine:m`;
  const agent = stepFunctionsAgent({ type: 'x', region, endpoint: 'http://127.0.0.1:1', stateMachine });
  const failure = await callBridge(agent, { key: uniqueName('run/nowhere') }).failure();
  expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false });
  expect(failure.message).toMatch(/^Step Functions at http:\/\/127\.0\.0\.1:1 could not be reached/);
});
