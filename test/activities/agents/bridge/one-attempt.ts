// One attempt of a call on a real system, without a worker: what an attempt gets, and what it leaves for the next one.
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { runJob } from '../../../../src/activities/agents/bridge/run-job.js';
import type { Clock } from '../../../../src/activities/agents/bridge/clock.js';
import type { OpenJobSystem } from '../../../../src/activities/agents/bridge/job-system.js';
import { AgentError } from '../../../../src/activities/errors/agent-error.js';
import type { Agent, AgentContext } from '../../../../src/domain/agent/agent.js';
import { jobIn, type Job } from '../../../../src/domain/call/job.js';
import type { SecretSource } from '../../../../src/domain/secret.js';

export interface AttemptOptions {
  readonly key?: string;
  readonly lastProgress?: unknown;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly maxOutputBytes?: number;
}

export interface Attempt {
  /** What the agent answers. Must be awaited by the test. */
  readonly ended: Promise<unknown>;
  /** The failure that it ends with. */
  failure(): Promise<AgentError>;
  /** The last that it has noted, for the next attempt. */
  lastProgress(): unknown;
  /** What `status` would show of the job. */
  job(): Job | undefined;
  /** Waits until the job is as expected. */
  untilJob(expected: object): Promise<Job>;
  /** Cancels the call, as a run does that was cancelled. */
  cancel(type?: 'Cancelled' | 'Timeout' | 'Interrupted'): void;
  readonly warnings: readonly string[];
}

export const newKey = (): string => `run-${randomUUID()}/task`;

export const attemptOf = (agent: Agent, input: unknown, options: AttemptOptions = {}): Attempt =>
  begin((context) => agent.run(input, context), options);

/** With a clock of the test's own. */
export const attemptBy = (open: OpenJobSystem, input: unknown, clock: Clock, options: AttemptOptions = {}): Attempt =>
  begin((context) => runJob(open, input, context, clock), options);

function begin(run: (context: AgentContext) => Promise<unknown>, options: AttemptOptions): Attempt {
  const { key = newKey(), lastProgress, secrets = {}, maxOutputBytes = 50_000_000 } = options;
  const stop = new AbortController();
  const warnings: string[] = [];
  let noted: unknown;
  const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void warnings.push(line) };
  const secret = (source: string | SecretSource): Promise<string> => {
    const name = typeof source === 'string' ? source : 'env' in source ? source.env : source.$secret;
    const value = secrets[name];
    return value === undefined ? Promise.reject(new Error(`no secret ${name}`)) : Promise.resolve(value);
  };
  const same = (text: string): string => text;
  const context = {
    ...{ idempotencyKey: key, lastProgress, signal: stop.signal, log, attempt: 1, secret, maxOutputBytes },
    redactor: { redact: same, redactCut: same },
    correlation: { run: 'run-1', plan: 'plan-1', task: 'task-1' },
    progress: (value: unknown) => void (noted = value),
  } as unknown as AgentContext;
  const ended = run(context);
  ended.catch(() => undefined);
  return {
    ended,
    failure: async () => {
      const error: unknown = await ended.then(
        (output) => new Error(`expected a failure, got ${JSON.stringify(output)}`),
        (one: unknown) => one,
      );
      expect(error).toBeInstanceOf(AgentError);
      return error as AgentError;
    },
    lastProgress: () => noted,
    job: () => jobIn(noted),
    untilJob: async (expected) => {
      await expect.poll(() => jobIn(noted), { timeout: 60_000 }).toMatchObject(expected);
      return jobIn(noted)!;
    },
    cancel: (type = 'Cancelled') => stop.abort(new AgentError(`the call is over: ${type}`, { type })),
    warnings,
  };
}
