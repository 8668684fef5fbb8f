// Several workers in this process on one real server, for what workers share.
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, inject, onTestFinished } from 'vitest';
import { Baton, type ConnectOptions } from '../../src/client.js';
import type { Agent, AgentLog } from '../../src/domain/agent/agent.js';
import { dynamicConfigArgs } from '../../src/server/index.js';
import { createWorker, type WorkerSettings } from '../../src/worker.js';
import { silenceTemporal } from './silence.js';

export interface StartedWorker {
  /** What it has logged. */
  readonly said: readonly string[];
  stop(this: void): Promise<void>;
}

export interface TestWorkers {
  readonly env: TestWorkflowEnvironment;
  /** Stopped at the latest when the test is over. */
  start(this: void, settings: Omit<WorkerSettings, 'server' | 'workflowBundle'>): Promise<StartedWorker>;
  baton(this: void, agents: readonly Agent[], taskQueue: string): Baton;
  /** A client with settings of its own. Closed when the test is over. */
  connect(this: void, options: Omit<ConnectOptions, 'server'>): Promise<Baton>;
}

export function useWorkers(): TestWorkers {
  let env: TestWorkflowEnvironment | undefined;
  beforeAll(async () => {
    silenceTemporal();
    env = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path: inject('temporalBinary') },
        log: { format: 'pretty', level: 'never' },
        extraArgs: dynamicConfigArgs(),
      },
    });
  });
  afterAll(() => env?.teardown());
  return {
    get env() {
      return env!;
    },
    async start(settings) {
      const said: string[] = [];
      const note = (message: string) => void said.push(message);
      const log: AgentLog = { debug: note, info: note, warn: note, error: note };
      const worker = await createWorker({
        drain: '1s',
        log,
        ...settings,
        server: { connectionOptions: { address: env!.address }, namespace: 'default' },
        workflowBundle: { codePath: inject('workflowBundle') },
      });
      const working = worker.run();
      let stopped: Promise<void> | undefined;
      const stop = () =>
        (stopped ??= (async () => {
          worker.shutdown();
          await working;
        })());
      onTestFinished(stop);
      return { said, stop };
    },
    async connect(options) {
      const server = { connectionOptions: { address: env!.address }, namespace: 'default' };
      const baton = await Baton.connect({ ...options, server });
      onTestFinished(() => baton.close());
      return baton;
    },
    baton: (agents, taskQueue) => Baton.fromClient(env!.client, { agents, taskQueue }),
  };
}
