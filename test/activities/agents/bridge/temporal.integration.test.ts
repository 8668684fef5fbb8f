// Workflows of another Task Queue as agents, on a real server.
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporalAgent } from '../../../../src/activities/agents/bridge/temporal.js';
import type { RunHandle } from '../../../../src/client/run-handle.js';
import { parsePlan } from '../../../../src/domain/plan/parse.js';
import { useWorkers } from '../../../support/workers.js';

const workers = useWorkers();
const OTHER = 'other-team';
let other: Worker;
let running: Promise<void>;

beforeAll(async () => {
  const { nativeConnection } = workers.env;
  const workflowsPath = fileURLToPath(new URL('./other.workflow.ts', import.meta.url));
  other = await Worker.create({ connection: nativeConnection, taskQueue: OTHER, workflowsPath });
  running = other.run();
});

afterAll(async () => {
  other.shutdown();
  await running;
});

const agentOf = (workflow: string, more: object = {}) =>
  temporalAgent({ type: workflow, workflow, taskQueue: OTHER, retry: { attempts: 2, initial: '10ms' }, ...more });

const planOf = (agent: string) =>
  parsePlan({ name: 'p', tasks: { a: { agent, input: '{% $input %}' } }, output: '{% $tasks.a.output %}' });

async function start(workflow: string, id: string, input: unknown, more: object = {}) {
  const agent = agentOf(workflow, more);
  const worker = await workers.start({ agents: [agent], taskQueues: [id] });
  const run = await workers.baton([agent], id).start(planOf(workflow), { id, input });
  return { run, worker, agent };
}

const jobOf = async (run: RunHandle) => {
  const { snapshot } = await run.observe({});
  return snapshot.tasks['a']?.job;
};

async function jobOnceRunning(run: RunHandle) {
  await expect.poll(() => jobOf(run), { timeout: 10_000 }).toMatchObject({ state: 'running' });
  return (await jobOf(run))!.id;
}

const workflowOf = () => workers.env.client.workflow;

describe('a Workflow of another Task Queue', () => {
  test('gets the input of the task as its argument, and its result is the output', async () => {
    const { run } = await start('total', 'total-1', { numbers: [1, 2, 4] });
    const result = await run.result();
    expect(result).toMatchObject({ status: 'completed', output: { total: 7 }, tasks: { a: { attempts: 1 } } });
  });

  test('that fails is started again under another id, as often as retry says', async () => {
    const { run } = await start('refuses', 'refuses-1', { retry: true });
    const { tasks } = await run.result();
    expect(tasks['a']).toMatchObject({
      attempts: 2,
      failure: {
        type: 'AgentFailed',
        message: expect.stringMatching(/^Temporal, namespace default: job \S+ failed: NoRows: no rows$/) as string,
        details: { details: { type: 'NoRows', details: [{ rows: 0 }] } },
      },
    });
    const ids = [];
    const query = 'WorkflowType = "refuses"';
    await expect.poll(async () => (await workflowOf().count(query)).count).toBe(2);
    for await (const { workflowId } of workflowOf().list({ query })) ids.push(workflowId);
    expect(new Set(ids).size).toBe(2);
  });

  test('that fails for good is not started again', async () => {
    const { run } = await start('refuses', 'refuses-2', { retry: false });
    expect((await run.result()).tasks['a']).toMatchObject({ attempts: 1, failure: { type: 'AgentRefused' } });
  });

  test('is found again by the next worker, when the first one shuts down while it runs', async () => {
    const { run, worker, agent } = await start('untilReleased', 'released-1', {});
    const id = await jobOnceRunning(run);
    await worker.stop();
    await workers.start({ agents: [agent], taskQueues: ['released-1'] });
    await workflowOf().getHandle(id).signal('release');
    expect(await run.result()).toMatchObject({ output: 'released', tasks: { a: { attempts: 1 } } });
    expect((await workflowOf().count(`WorkflowId = "${id}"`)).count).toBe(1);
  });

  test('is cancelled with the run, which ends when the Workflow has', async () => {
    const { run } = await start('untilReleased', 'cancelled-1', {});
    const id = await jobOnceRunning(run);
    await run.cancel();
    expect(await run.result()).toMatchObject({ status: 'cancelled' });
    expect((await workflowOf().getHandle(id).describe()).status.name).toBe('CANCELLED');
  });

  test('that somebody terminates fails the task, with the reason', async () => {
    const { run } = await start('untilReleased', 'terminated-1', {});
    const id = await jobOnceRunning(run);
    await workflowOf().getHandle(id).terminate('too expensive');
    expect((await run.result()).tasks['a']).toMatchObject({
      attempts: 1,
      failure: {
        type: 'AgentRefused',
        message: expect.stringMatching(
          /was cancelled there, not by this run: it was terminated: too expensive/,
        ) as string,
      },
    });
  });
});

test('a server that is not there is named, and tried again', async () => {
  const { run } = await start('total', 'nowhere-1', { numbers: [] }, { address: '127.0.0.1:1' });
  expect((await run.result()).tasks['a']).toMatchObject({
    attempts: 2,
    failure: {
      type: 'Unreachable',
      message: expect.stringMatching(/^Temporal at 127\.0\.0\.1:1 could not be reached/) as string,
    },
  });
});

test('another address reaches another server, and a namespace that does not exist is refused', async () => {
  const address = workers.env.address;
  const there = await start('total', 'address-1', { numbers: [3] }, { address });
  expect((await there.run.result()).output).toEqual({ total: 3 });
  const wrong = await start('total', 'namespace-1', { numbers: [] }, { namespace: 'nope' });
  expect((await wrong.run.result()).tasks['a']).toMatchObject({
    attempts: 1,
    failure: {
      type: 'AgentRefused',
      message: expect.stringMatching(/namespace nope refused the request: .*nope/) as string,
    },
  });
});
