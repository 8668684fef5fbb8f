// The settings of the embedded server: what they do, and how a worker notices where they are missing.
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { Baton } from '../../src/client.js';
import type { AgentLog } from '../../src/domain/agent/agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { DYNAMIC_CONFIG, dynamicConfigArgs } from '../../src/server/dynamic-config.js';
import { createWorker } from '../../src/worker.js';
import { silenceTemporal } from '../support/silence.js';

/** Each ends with two events, and the server buffers 100 by default. */
const CALLS = 200;
const PARTITIONS = DYNAMIC_CONFIG.filter((setting) => setting.startsWith('matching.'));

/** All of them end together. */
const burst: Plan = {
  name: 'burst',
  concurrency: CALLS,
  tasks: {
    all: { agent: 'together', forEach: { items: Array.from({ length: CALLS }, (_, n) => n), concurrency: CALLS } },
  },
};

/** Waits until all calls of a run have begun. */
function gathering() {
  let arrived: (() => void)[] = [];
  return functionAgent({
    type: 'together',
    run: async () => {
      await new Promise<void>((resolve) => {
        arrived.push(resolve);
        if (arrived.length < CALLS) return;
        arrived.forEach((go) => go());
        arrived = [];
      });
      return null;
    },
  });
}

async function startOn(settings: readonly string[]) {
  silenceTemporal();
  const env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: inject('temporalBinary') },
      log: { format: 'pretty', level: 'never' },
      extraArgs: dynamicConfigArgs(settings),
    },
  });
  onTestFinished(() => env.teardown());
  const server = { connectionOptions: { address: env.address }, namespace: 'default' };
  const agents = [gathering()];
  const baton = Baton.fromClient(env.client, { agents });
  const startWorker = async () => {
    const warnings: string[] = [];
    const none = () => undefined;
    const log: AgentLog = { debug: none, info: none, error: none, warn: (line) => void warnings.push(line) };
    const workflowBundle = { codePath: inject('workflowBundle') };
    const worker = await createWorker({ server, agents, log, workflowBundle, drain: '1s', concurrency: 1_000 });
    const working = worker.run();
    let stopped: Promise<void> | undefined;
    const stop = () => {
      worker.shutdown();
      return (stopped ??= working);
    };
    onTestFinished(stop);
    return { warnings, stop };
  };
  /** The causes of the Workflow Tasks of one run that failed. */
  const runBurst = async (): Promise<unknown[]> => {
    const run = await baton.start(burst);
    expect((await run.result()).status).toBe('completed');
    const { events } = await env.client.workflow.getHandle(run.id).fetchHistory();
    return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) => failed?.cause ?? []);
  };
  return { baton, startWorker, runBurst };
}

describe('two hundred calls that end together', () => {
  test('200 calls that end together: with the settings of the embedded server, no Workflow Task is discarded and there is no warning', async () => {
    const { startWorker, runBurst } = await startOn(DYNAMIC_CONFIG);
    const { warnings } = await startWorker();
    for (let n = 0; n < 3; n++) expect(await runBurst()).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test('200 calls that end together: with default settings, Workflow Tasks are discarded and the worker warns once', async () => {
    const { startWorker, runBurst } = await startOn(PARTITIONS);
    const { warnings } = await startWorker();
    // Whether the buffer fills up depends on how busy the machine is.
    await expect.poll(runBurst, { timeout: 90_000 }).not.toEqual([]);
    await expect.poll(() => warnings.length).toBeGreaterThan(0);
    await runBurst();
    expect(warnings).toEqual([
      expect.stringMatching(/FORCE_CLOSE_COMMAND.*Set history\.maximumBufferedEventsBatch to 5000/),
    ]);
  });
});

test('a run that another worker takes over is replayed without a warning', async () => {
  const { baton, startWorker } = await startOn(PARTITIONS);
  const first = await startWorker();
  const run = await baton.start({ name: 'long', tasks: { a: { event: 'go' } } });
  await expect.poll(async () => (await run.snapshot()).tasks['a']?.status).toBe('running');
  await first.stop();
  const { warnings } = await startWorker();
  await run.deliverEvent('go');
  expect((await run.result()).status).toBe('completed');
  // Longer than the worker takes until it looks at the history.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  expect(warnings).toEqual([]);
});
