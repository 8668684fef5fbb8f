// Attempts of calls of a bridge with large outputs, and with a clock of the test's own.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../../src/activities/agents/bridge/clock.js';
import type { OpenJobSystem } from '../../../../src/activities/agents/bridge/job-system.js';
import { runJob } from '../../../../src/activities/agents/bridge/run-job.js';
import type { Agent, AgentContext } from '../../../../src/domain/agent/agent.js';
import { callBridge, type BridgeCall } from './call-bridge.js';

interface AttemptOptions {
  readonly key?: string;
  /** The attempt that this one follows. */
  readonly after?: BridgeCall;
  readonly maxOutputBytes?: number;
  readonly timeoutMs?: number;
}

/** What a worker with storage allows, and more than these tests need. */
const MAX_OUTPUT_BYTES = 50_000_000;

export const newKey = (): string => `run-${randomUUID()}/task`;

export function attemptOf(agent: Agent, input: unknown, options: AttemptOptions = {}) {
  const { key = newKey(), maxOutputBytes = MAX_OUTPUT_BYTES, ...more } = options;
  const warnings: string[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void warnings.push(line) };
  return { ...callBridge(agent, { input, key, deps: { valueLimit: maxOutputBytes, log }, ...more }), warnings };
}

export const outputOf = async (agent: Agent, input: unknown, options: AttemptOptions = {}): Promise<unknown> =>
  (await attemptOf(agent, input, options).ended).output;

export interface ClockedJob {
  readonly input: unknown;
  readonly key: string;
  readonly clock: Clock;
}

/** The output of a job whose driver waits by the clock. */
export async function runByClock(open: OpenJobSystem, { input, key, clock }: ClockedJob): Promise<unknown> {
  const same = (text: string): string => text;
  const context = {
    idempotencyKey: key,
    signal: new AbortController().signal,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    secret: ({ env }: { env: string }) => Promise.resolve(process.env[env] ?? ''),
    redactor: { redact: same, redactCut: same },
    correlation: { run: 'run-1', plan: 'plan-1', task: 'a' },
    progress: () => undefined,
  };
  return await runJob(open, input, context as unknown as AgentContext, clock);
}
