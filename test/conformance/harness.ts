// What the cases of the conformance script use: a worker for the runs, and a client that knows the agents of the worker under test as
// remote agents. So each case is a run, and all that it sees has come from the worker under test by the contract alone.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { remoteAgent } from '../../src/activities/agents/remote/remote-agent.js';
import { Baton } from '../../src/client.js';
import type { Agent, AgentSettings } from '../../src/domain/agent/agent.js';
import { defined } from '../../src/domain/json/defined.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import type { RunResult, TaskResult } from '../../src/domain/run/result.js';
import type { ValueSettings } from '../../src/values.js';
import { createWorker } from '../../src/worker.js';

export const SECRET = 'BATON_CONFORMANCE_SECRET';

const AgentsFile = z.object({ agents: z.array(z.object({ type: z.string(), does: z.string() })) });

export const readAgents = async () =>
  AgentsFile.parse(JSON.parse(await readFile(new URL('agents.json', import.meta.url), 'utf8'))).agents;

export interface ConformanceOptions extends ValueSettings {
  /** The Task Queue of the worker under test. */
  readonly taskQueue: string;
  readonly server: { readonly connectionOptions: { readonly address: string }; readonly namespace: string };
  readonly workflowBundle?: { readonly codePath: string };
}

export interface Conformance {
  readonly options: ConformanceOptions;
  /** The Task Queue of its runs. */
  readonly home: string;
  readonly baton: Baton;
  /** Runs one task, and returns its result. */
  task(this: void, task: Task, settings?: RunSettings): Promise<TaskResult>;
  run(this: void, plan: Plan, settings?: RunSettings): Promise<RunResult>;
  start(this: void, plan: Plan, settings?: RunSettings): ReturnType<Baton['start']>;
  close(this: void): Promise<void>;
}

export interface RunSettings {
  readonly id?: string;
  readonly input?: unknown;
  readonly correlationId?: string;
  /** For all agents of the run. */
  readonly agents?: Omit<Partial<AgentSettings>, 'type' | 'taskQueue'>;
}

export async function openConformance(options: ConformanceOptions): Promise<Conformance> {
  const { server, taskQueue, storage, encryption, workflowBundle } = options;
  const home = `conformance-${randomUUID()}`;
  const types = [...(await readAgents()).map(({ type }) => type), 'conformance/absent'];
  const agentsWith = (settings: RunSettings['agents']): Agent[] =>
    types.map((type) => remoteAgent({ ...settings, type, taskQueue }));
  const values = { storage: storage ?? (false as const), ...defined({ encryption }) };
  const worker = await createWorker({
    ...values,
    ...defined({ workflowBundle }),
    ...{ server, agents: agentsWith({}), taskQueues: [home], drain: '1s' },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const working = worker.run();
  const connect = (agents: Agent[]) => Baton.connect({ ...values, server, agents, taskQueue: home });
  const baton = await connect(agentsWith({}));
  const others: Baton[] = [];
  const start: Conformance['start'] = async (plan, { agents, ...settings } = {}) => {
    if (agents === undefined) return await baton.start(plan, settings);
    const other = await connect(agentsWith(agents));
    others.push(other);
    return await other.start(plan, settings);
  };
  const run: Conformance['run'] = async (plan, settings) => await (await start(plan, settings)).result();
  return {
    options,
    home,
    baton,
    start,
    run,
    task: async (task, settings) =>
      (await run({ name: 'conformance', tasks: { call: task } }, settings)).tasks['call']!,
    async close() {
      for (const one of [baton, ...others]) await one.close();
      worker.shutdown();
      await working;
    },
  };
}

/** Polls until `look` returns something. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(100);
  }
  throw new Error('what was expected has not happened within a minute');
}

type Started = Awaited<ReturnType<Baton['start']>>;

/** The only call of a run that has not ended, as the server describes it. */
export async function pendingCall(run: Started) {
  const { raw } = await run.describe();
  return raw.pendingActivities?.[0];
}

/** Waits until the worker under test makes the call. */
export const untilCalled = (run: Started) =>
  until(async () => {
    const call = await pendingCall(run);
    return Number(call?.state) === 2 && call?.lastStartedTime != null ? call : undefined;
  });
