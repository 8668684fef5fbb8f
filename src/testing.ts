// For tests of plans and agents: starts a Temporal server and a worker, and stops both at the end.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Baton, type StartOptions } from './client.js';
import type { RunHandle } from './client/run-handle.js';
import type { Agent } from './domain/agent/agent.js';
import { defined } from './domain/json/defined.js';
import type { Plan } from './domain/plan/plan.js';
import type { TaskResult } from './domain/run/result.js';
import { CallRecord } from './testing/call-record.js';
import type { TestResult } from './testing/checks.js';
import { NAMESPACE, startServer } from './testing/server.js';
import { skipToNextTimer } from './testing/skip-time.js';
import { untilTask, type AwaitedState, type UntilOptions } from './testing/until.js';
import { createWorker, type WorkerSettings } from './worker.js';

export type { RecordedCall } from './testing/call-record.js';
export type { ExpectedCall, TestResult } from './testing/checks.js';
export {
  assertCalled,
  assertCalledInOrder,
  assertCalledOnly,
  assertNeverCalled,
  assertUsedAtMost,
  runMatchers,
  type RunMatchers,
} from './testing/matchers.js';
export type { AwaitedState, UntilOptions } from './testing/until.js';

export interface TestBatonOptions {
  readonly agents: readonly Agent[];
  readonly plans?: ReadonlyMap<string, unknown>;
  /** The brokers to which tasks publish. */
  readonly brokers?: WorkerSettings['brokers'];
  /** The secrets that calls may use. */
  readonly secrets?: WorkerSettings['secrets'];
  /** Skips the time of waits while a result is awaited. Default false: a full server, which can also list runs. */
  readonly timeSkipping?: boolean;
  readonly workflowBundle?: WorkerSettings['workflowBundle'];
  /** Where large values are stored; default a directory that is removed at the end, as a dev server has one. `false`: nowhere. */
  readonly storage?: WorkerSettings['storage'];
  /** The keys with which all values are encrypted; default none. */
  readonly encryption?: WorkerSettings['encryption'];
}

export interface TestBaton {
  readonly baton: Baton;
  /** Runs a plan until it ends, in whichever way: data, the path of a file, or the result of `definePlan`. */
  run(
    this: void,
    plan: Plan | string | object,
    input?: unknown,
    options?: Omit<StartOptions, 'input'>,
  ): Promise<TestResult>;
  /** Waits until a run that `baton.start` has started ends, in whichever way. */
  result(this: void, run: RunHandle | string): Promise<TestResult>;
  /**
   * Waits until a task of a run is in one of these states, and returns it; default: until it waits for a person or an event, or has ended.
   * With time skipping, the time of waits is skipped up to there. Throws if the run ends without it, or after 30 s.
   */
  until(
    this: void,
    run: RunHandle | string,
    task: string,
    state?: AwaitedState | readonly AwaitedState[],
    options?: UntilOptions,
  ): Promise<TaskResult>;
  close(this: void): Promise<void>;
}

/** Throws AgentDefinitionError, BinaryNotFoundError; an error with the command that installs it if `@temporalio/testing` is missing. */
export async function testBaton(options: TestBatonOptions): Promise<TestBaton> {
  const { agents, plans, timeSkipping = false, workflowBundle, brokers, secrets, encryption } = options;
  const directory = await mkdtemp(join(tmpdir(), 'baton-test-'));
  const removeDirectory = () => rm(directory, { recursive: true, force: true });
  const { storage = { dir: join(directory, 'values') } } = options;
  const values = { storage, ...defined({ encryption }) };
  const temporal = await startServer(timeSkipping, values).catch(async (error: unknown) => {
    await removeDirectory();
    throw error;
  });
  const tearDown = async () => {
    await temporal.teardown();
    await removeDirectory();
  };
  try {
    const server = { connectionOptions: { address: temporal.address }, namespace: NAMESPACE };
    const record = new CallRecord(agents);
    const worker = await createWorker({
      server,
      agents: record.agents,
      ...values,
      ...defined({ workflowBundle, brokers, secrets }),
    });
    const baton = Baton.fromClient(temporal.client, { agents, ...defined({ plans, brokers, secrets }) });
    const working = worker.run();
    // If the worker fails, `run` never resolves, and `close` rejects with the reason.
    working.catch(() => undefined);
    const handleOf = (run: RunHandle | string) => (typeof run === 'string' ? baton.run(run) : run);
    const result = async (run: RunHandle | string): Promise<TestResult> => {
      const handle = handleOf(run);
      return { ...(await handle.result()), calls: record.of(handle.id) };
    };
    return {
      baton,
      result,
      run: async (plan, input, rest = {}) => result(await baton.start(plan, { ...rest, input })),
      until: (run, task, state = ['waiting', 'ended'], { timeoutMs } = {}) =>
        untilTask({
          run: handleOf(run),
          task,
          states: typeof state === 'string' ? [state] : state,
          timeoutMs,
          skipTime: async (handle) => {
            if (timeSkipping) await skipToNextTimer(temporal, handle);
          },
        }),
      async close() {
        worker.shutdown();
        try {
          await working;
        } finally {
          await tearDown();
        }
      },
    };
  } catch (error) {
    await tearDown();
    throw error;
  }
}
