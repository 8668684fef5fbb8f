// Two Batons, each on a Temporal server of its own, that know nothing of each other but a Redis. And mail that has become too old.
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { Baton } from '../../src/client.js';
import { KEPT_FOR_MS } from '../../src/domain/event/mailbox.js';
import { parsePlan } from '../../src/domain/plan/parse.js';
import { createWorker } from '../../src/worker.js';
import { uniqueName } from '../support/brokers.js';
import { startGateway } from '../support/gateway.js';
import { silenceTemporal } from '../support/silence.js';
import { urlOf, withSystem } from '../support/systems.js';

const url = urlOf('redis');

describe.skipIf(url === undefined)(withSystem('redis', 'two Batons on two servers'), () => {
  const envs: TestWorkflowEnvironment[] = [];
  beforeAll(async () => {
    silenceTemporal();
    for (let i = 0; i < 2; i++)
      envs.push(
        await TestWorkflowEnvironment.createLocal({
          server: {
            executable: { type: 'existing-path', path: inject('temporalBinary') },
            log: { format: 'pretty', level: 'never' },
          },
        }),
      );
  });
  afterAll(() => Promise.all(envs.map((env) => env.teardown())));

  const broker = { name: 'shop', kind: 'redis', url: url! } as const;
  const double = functionAgent<{ n: number }, number>({ type: 'double', run: ({ n }) => 2 * n });

  async function batonOn(env: TestWorkflowEnvironment): Promise<Baton> {
    const worker = await createWorker({
      ...{ agents: [double], brokers: [broker], taskQueues: ['two'], project: 'test', drain: '1s' },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      server: { connectionOptions: { address: env.address }, namespace: 'default' },
      workflowBundle: { codePath: inject('workflowBundle') },
    });
    const working = worker.run();
    onTestFinished(async () => {
      worker.shutdown();
      await working;
    });
    return Baton.fromClient(env.client, { agents: [double], brokers: [broker], taskQueue: 'two' });
  }

  test('a run of one asks the other by an event, and gets the answer as an event', async () => {
    const [questions, answers] = [uniqueName('questions'), uniqueName('answers')];
    const asks = parsePlan({
      name: 'asks',
      input: { type: 'object' },
      tasks: {
        ask: {
          publish: {
            broker: 'shop',
            to: questions,
            type: 'question',
            data: { n: '{% $input.n %}', run: '{% $run.id %}' },
          },
        },
        wait: { event: 'answer', needs: ['ask'] },
      },
      output: '{% $tasks.wait.output %}',
    });
    const replies = parsePlan({
      name: 'replies',
      input: { type: 'object' },
      tasks: {
        work: { agent: 'double', input: { n: '{% $input.n %}' } },
        reply: {
          publish: {
            ...{ broker: 'shop', to: answers, type: 'answer' },
            data: { run: '{% $input.run %}', n: '{% $tasks.work.output %}' },
          },
        },
      },
    });
    const [one, two] = await Promise.all([batonOn(envs[0]!), batonOn(envs[1]!)]);
    await startGateway({
      ...{ baton: one, broker, address: envs[0]!.address },
      subscriptions: [
        {
          settings: {
            ...{ name: answers, from: { broker: 'shop', stream: answers } },
            deliver: { run: '{% $event.data.run %}', event: 'answer', data: '{% $event.data.n %}' },
          },
        },
      ],
    });
    await startGateway({
      ...{ baton: two, broker, address: envs[1]!.address },
      subscriptions: [
        {
          settings: { name: questions, from: { broker: 'shop', stream: questions }, start: { plan: 'replies' } },
          plan: replies,
        },
      ],
    });
    const inputs = [1, 2, 3, 4, 5];
    const runs = await Promise.all(inputs.map((n) => one.start(asks, { id: `${questions}-${n}`, input: { n } })));
    expect(await Promise.all(runs.map(async (run) => (await run.result()).output))).toEqual([2, 4, 6, 8, 10]);
  });

  test('an event that its mailbox has kept for a day becomes a dead letter with the reason', async () => {
    const [env] = envs;
    const name = uniqueName('late-mail');
    const baton = Baton.fromClient(env!.client, { taskQueue: 'two' });
    await startGateway({
      ...{ baton, broker, address: env!.address },
      subscriptions: [
        {
          settings: {
            ...{ name, from: { broker: 'shop', stream: name } },
            deliver: { run: '{% $event.data.run %}', event: 'paid' },
          },
        },
      ],
    });
    // As if it had come a day before, less two seconds.
    const mail = {
      subscription: name,
      event: 'paid',
      data: { n: 1 },
      id: 'e1',
      keptAt: Date.now() - KEPT_FOR_MS + 2_000,
    };
    await env!.client.workflow.start('mailbox', {
      ...{ workflowId: `baton-mailbox/${name}`, taskQueue: 'baton-events/test' },
      args: [{ run: name, mail: [mail] }],
    });
    const redis = await createClient({ url: url! }).connect();
    onTestFinished(() => redis.destroy());
    await expect.poll(() => redis.xLen(`${name}-dead`)).toBe(1);
    const [entry] = (await redis.xRange(`${name}-dead`, '-', '+')) ?? [];
    expect(entry?.message).toMatchObject({ 'baton-subscription': name });
    expect(entry?.message['baton-reason']).toBe(`run ${name} did not exist within 24h`);
  });
});
