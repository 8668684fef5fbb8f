// A call to an agent, and to its fallback if the agent failed for good.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { ABORT_GRACE_MS } from '../../domain/agent.js';
import { addUsage, MAX_VALUE_BYTES, NO_USAGE, type CallRequest } from '../../domain/call.js';
import { durationMs } from '../../domain/duration.js';
import { failure } from '../../domain/failure.js';
import type { Outcome } from '../../domain/outcome.js';
import type { Fallback } from '../../domain/plan.js';
import { retryPolicy, type Retry } from '../../domain/retry.js';
import { jsonBytes } from '../../domain/size.js';
import { inTime } from '../../domain/soon.js';
import { outcomeOf } from '../outcome-of.js';
import { render, type Run } from '../run.js';
import { workName, type Settled, type Work } from './work.js';

/** What one attempt may take unless plan, task or agent say otherwise. */
const DEFAULT_TIMEOUT = '5m';
/** A worker that is silent for so long has died: short enough to go on soon, long enough for a busy event loop. */
const DEFAULT_HEARTBEAT = '30s';
/** The worker ends an attempt that is too long by itself, and says more about it than the server can: the server waits a bit longer. */
const TIMEOUT_GRACE_MS = ABORT_GRACE_MS + 5_000;

export function performAgent(run: Run, work: Work): Promise<Settled> {
  const input = render(run, work.task.task.input, work.scope);
  if (input instanceof Promise) return input.then((value) => ask(run, work, value ?? {}));
  return ask(run, work, input.value ?? {});
}

function ask(run: Run, work: Work, input: unknown): Promise<Settled> {
  const { agent, fallback } = work.task.task;
  const asked = callAgent(run, work, { agent: agent!, input });
  if (fallback === undefined) return asked;
  return asked.then(async (settled) => {
    const { outcome } = settled;
    return hasFailedForGood(outcome) ? await askFallback(run, work, fallback, input, outcome) : settled;
  });
}

/** A call that was cancelled has not failed: nobody wants its answer any more. */
function hasFailedForGood(outcome: Outcome): outcome is Exclude<Outcome, { status: 'succeeded' | 'cancelled' }> {
  return outcome.status !== 'succeeded' && outcome.status !== 'cancelled' && outcome.failure.type !== 'Cancelled';
}

async function askFallback(
  run: Run,
  work: Work,
  fallback: Fallback,
  input: unknown,
  first: Exclude<Outcome, { status: 'succeeded' }>,
): Promise<Settled> {
  const scope = { ...work.scope, failure: first.failure };
  const { outcome: second } = await callAgent(run, work, {
    ...fallback,
    input: fallback.input === undefined ? input : await inTime(render(run, fallback.input, scope)),
    suffix: 'fallback',
  });
  const outcome = {
    ...second,
    attempts: first.attempts + second.attempts,
    usage: addUsage(first.usage ?? NO_USAGE, second.usage),
  };
  return { outcome, answeredBy: fallback.agent };
}

export interface Call {
  readonly agent: string;
  readonly input: unknown;
  readonly timeout?: string | undefined;
  readonly retry?: Retry | undefined;
  /** Tells the calls of one task apart: the fallback's, the undoing's. */
  readonly suffix?: 'fallback' | 'compensate';
}

/** One durable call. Settles, whatever happens. */
export function callAgent(run: Run, work: Omit<Work, 'open'>, call: Call): Promise<Settled> {
  const { task, index } = work;
  const size = jsonBytes(call.input);
  if (size > MAX_VALUE_BYTES) {
    const message = `the input of ${call.agent} is ${size} bytes of JSON, at most ${MAX_VALUE_BYTES} fit into one payload`;
    return Promise.resolve({ outcome: { status: 'failed', attempts: 0, failure: failure('InputTooLarge', message) } });
  }
  // The settings of a task are for its agent; a fallback or an undoing agent has its own, or the agent's.
  const own = call.suffix === undefined ? task.task : call;
  const card = run.request.agents?.[call.agent];
  const { defaults } = run.graph.plan;
  const retry = retryPolicy(own.retry, defaults?.retry, card?.retry);
  const timeoutMs = durationMs(own.timeout ?? defaults?.timeout ?? card?.timeout ?? DEFAULT_TIMEOUT);
  const heartbeat =
    (call.suffix === undefined ? task.task.heartbeat : undefined) ?? defaults?.heartbeat ?? card?.heartbeat;
  const name = workName(work);
  const suffix = call.suffix === undefined ? '' : `:${call.suffix}`;
  const { callAgent } = proxyActivities<Activities>({
    activityId: `${name}${suffix}`,
    summary: `${name}${suffix} · ${call.agent}`,
    startToCloseTimeout: timeoutMs + TIMEOUT_GRACE_MS,
    heartbeatTimeout: heartbeat ?? DEFAULT_HEARTBEAT,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    ...(card?.taskQueue === undefined ? {} : { taskQueue: card.taskQueue }),
    ...(task.deadlineMs === undefined || call.suffix === 'compensate'
      ? {}
      : { scheduleToCloseTimeout: task.deadlineMs }),
    ...(hasPriority(run, work) ? { priority: { priorityKey: task.priority } } : {}),
    retry: {
      maximumAttempts: retry.attempts,
      initialInterval: retry.initialMs,
      backoffCoefficient: retry.factor,
      maximumInterval: retry.maxMs,
    },
  });
  const request: CallRequest = {
    run: run.id,
    plan: run.graph.plan.name,
    task: task.id,
    ...(index === undefined ? {} : { item: index }),
    agent: call.agent,
    input: call.input,
    idempotencyKey: `${run.id}/${index === undefined ? task.id : `${task.id}/${index}`}${suffix}`,
    timeoutMs,
    retry,
  };
  return callAgent(request).then(
    (reply) => ({ outcome: { status: 'succeeded', ...reply } }),
    (error: unknown) => ({ outcome: outcomeOf(error, retry.attempts) }),
  );
}

const hasPriority = (run: Run, { task }: Pick<Work, 'task'>): boolean =>
  (task.task.priority ?? run.graph.plan.defaults?.priority) !== undefined;
