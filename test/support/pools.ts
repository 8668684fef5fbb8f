// A real server, and workers of `createWorker`, for tests of what workers share.
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, inject } from 'vitest';
import { Baton } from '../../src/client.js';
import type { Agent, AgentLog } from '../../src/domain/agent/agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import type { PoolSettings } from '../../src/domain/pool/settings.js';
import type { RunResult } from '../../src/domain/run/result.js';
import { DYNAMIC_CONFIG, dynamicConfigArgs } from '../../src/server/dynamic-config.js';
import { createWorker, type WorkerSettings } from '../../src/worker.js';
import { silenceTemporal } from './silence.js';

interface Working {
  readonly agents: readonly Agent[];
  readonly pools: readonly PoolSettings[];
  readonly concurrency?: number;
  readonly taskQueue?: string;
}

export interface PoolWorker extends AsyncDisposable {
  readonly baton: Baton;
  /** What the worker has warned of. */
  readonly warnings: string[];
  run(this: void, plan: Plan): Promise<RunResult>;
  stop(this: void): Promise<void>;
}

export function usePools() {
  let env: TestWorkflowEnvironment | undefined;
  const running = new Set<PoolWorker>();

  beforeAll(async () => {
    silenceTemporal();
    const settings = [...DYNAMIC_CONFIG, 'limit.historyCount.suggestContinueAsNew=200'];
    env = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path: inject('temporalBinary') },
        log: { format: 'pretty', level: 'never' },
        extraArgs: dynamicConfigArgs(settings),
      },
    });
  });

  afterAll(async () => {
    await Promise.all([...running].map((worker) => worker.stop()));
    await env?.teardown();
  });

  return {
    get client() {
      return env!.client;
    },
    get address() {
      return env!.address;
    },
    async work({ agents, pools, concurrency, taskQueue = 'baton' }: Working): Promise<PoolWorker> {
      const warnings: string[] = [];
      const say = () => undefined;
      const log: AgentLog = { debug: say, info: say, error: say, warn: (message) => void warnings.push(message) };
      const settings: WorkerSettings = {
        agents,
        pools,
        log,
        taskQueues: [taskQueue],
        server: { connectionOptions: { address: env!.address }, namespace: 'default' },
        workflowBundle: { codePath: inject('workflowBundle') },
        drain: '1s',
        ...(concurrency === undefined ? {} : { concurrency }),
      };
      const worker = await createWorker(settings);
      const working = worker.run();
      working.catch(() => undefined);
      const baton = Baton.fromClient(env!.client, { agents, pools, taskQueue });
      const made: PoolWorker = {
        baton,
        warnings,
        run: async (plan) => await (await baton.start(plan)).result(),
        async stop() {
          running.delete(made);
          worker.shutdown();
          await working;
        },
        [Symbol.asyncDispose]: () => made.stop(),
      };
      running.add(made);
      return made;
    },
  };
}
