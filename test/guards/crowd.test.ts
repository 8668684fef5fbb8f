// More workers than a Workflow may have updates in flight: each of them gets its answer in the end.
import { randomUUID } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { BREAKER_MESSAGES, breakerId, type BreakerView } from '../../src/domain/breaker/messages.js';
import { guardedCall, onQueue, openGuards } from '../support/guards.js';
import { silenceTemporal } from '../support/silence.js';

const QUEUE = 'crowd';
/** The server allows ten updates in flight for one Workflow. */
const WORKERS = 20;

let env: TestWorkflowEnvironment;
let entities: Worker;
let working: Promise<void>;

beforeAll(async () => {
  silenceTemporal();
  env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: inject('temporalBinary') },
      log: { format: 'pretty', level: 'never' },
    },
  });
  entities = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: { codePath: inject('workflowBundle') },
  });
  working = entities.run();
});

afterAll(async () => {
  entities.shutdown();
  await working;
  await env.teardown();
});

const ofEach = <T>(make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: WORKERS }, (_, index) => make(index)));

test('pool: twenty workers share it exactly, without a warning', async () => {
  const pools = [{ name: 'small', resources: [{ id: 'a', capacity: 3 }] }];
  const opened = await ofEach(() => openGuards(env, { pools, placeOf: onQueue(QUEUE) }));
  const agent = { type: 'scarce', kind: 'test', pool: 'small', run: () => Promise.resolve() };
  const seen = { now: 0, most: 0, calls: 0 };
  const work = async () => {
    seen.most = Math.max(seen.most, ++seen.now);
    await new Promise((resolve) => setTimeout(resolve, 2));
    seen.now--;
    seen.calls++;
  };
  await Promise.all(
    opened.flatMap(({ guards }) => Array.from({ length: 20 }, () => guards.lease(guardedCall(agent), work))),
  );
  expect(seen).toEqual({ now: 0, most: 3, calls: WORKERS * 20 });
  expect(opened.flatMap(({ warnings }) => warnings)).toEqual([]);
});

test('breaker: it counts the calls of twenty workers, and all of them learn that it is open', async () => {
  const breaker = { window: { count: 100 }, minCalls: WORKERS, openFor: '1h' };
  // A repetition of this test has a breaker of its own.
  const type = `down-${randomUUID()}`;
  const agent = { type, kind: 'test', breaker, run: () => Promise.resolve() };
  const opened = await ofEach(() => openGuards(env, { placeOf: onQueue(QUEUE) }));
  const call = async ({ guards }: (typeof opened)[number], go: () => Promise<void>) =>
    await guards.permit(guardedCall(agent), go).then(
      () => 'called',
      (error: unknown) => (error instanceof AgentError && error.type === 'BreakerOpen' ? 'refused' : 'failed'),
    );
  const succeed = () => Promise.resolve();
  const fail = () => Promise.reject(new AgentError('down', { type: 'Unreachable' }));
  expect(await Promise.all(opened.map((one) => call(one, succeed)))).toEqual(Array(WORKERS).fill('called'));
  expect(opened.flatMap(({ warnings }) => warnings)).toEqual([]);
  await Promise.all(opened.flatMap((one) => [call(one, fail), call(one, fail)]));
  const view = () => env.client.workflow.getHandle(breakerId(QUEUE, type)).query<BreakerView>(BREAKER_MESSAGES.view);
  await expect.poll(view).toMatchObject({ phase: 'open', workers: WORKERS });
  const opening = expect.stringMatching(/^the circuit breaker of agent "down-.*" is open/) as string;
  await expect.poll(() => opened.map(({ warnings }) => warnings)).toEqual(Array(WORKERS).fill([opening]));
  expect(await Promise.all(opened.map((one) => call(one, succeed)))).toEqual(Array(WORKERS).fill('refused'));
});
