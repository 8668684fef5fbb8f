// A call to an agent, and to its fallback if the agent failed for good.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { ABORT_GRACE_MS, LONGEST_LEASE_WAIT_MS } from '../../domain/agent.js';
import { addUsage, MAX_VALUE_BYTES, NO_USAGE, type CallReply, type CallRequest } from '../../domain/call.js';
import { durationMs } from '../../domain/duration.js';
import { holdKey } from '../../domain/escrow.js';
import { failure, type Failure } from '../../domain/failure.js';
import type { Outcome } from '../../domain/outcome.js';
import type { Fallback } from '../../domain/plan.js';
import { retryPolicy, type Retry } from '../../domain/retry.js';
import { jsonBytes } from '../../domain/size.js';
import { inTime, reading } from '../../domain/soon.js';
import { roomForFallback } from '../budget.js';
import { outcomeOf } from '../outcome-of.js';
import { reuseOfCall } from '../reuse.js';
import { roomFor } from '../room.js';
import { cardOf, render, report, type Run } from '../run.js';
import { deadlineLeft } from './limit.js';
import { workName, type Settled, type Work } from './work.js';

/** What one attempt may take unless plan, task or agent say otherwise. */
const DEFAULT_TIMEOUT = '5m';
/** A worker that is silent for so long has died: short enough to go on soon, long enough for a busy event loop. */
const DEFAULT_HEARTBEAT = '30s';
/** The worker ends an attempt that is too long by itself, and says more about it than the server can: the server waits a bit longer. */
const TIMEOUT_GRACE_MS = ABORT_GRACE_MS + 5_000;

export function performAgent(run: Run, work: Work): PromiseLike<Settled> {
  const input = render(run, work.task.task.input, work.scope);
  if (input instanceof Promise) return input.then((value) => ask(run, work, inputOf(value)));
  return ask(run, work, inputOf(input.value));
}

/** An agent that is given nothing gets an object; `null` is a value. */
export const inputOf = (value: unknown): unknown => (value === undefined ? {} : value);

function ask(run: Run, work: Work, input: unknown): PromiseLike<Settled> {
  const { agent, fallback } = work.task.task;
  const asked = callAgent(run, work, { agent: agent!, input });
  if (fallback === undefined) return asked;
  return Promise.resolve(asked).then(async (settled) => {
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
  const { task, index } = work;
  const which = { task: task.id, ...(index === undefined ? {} : { index }) };
  const hasBudget = run.progress.escrow !== undefined;
  if (hasBudget) report(run, { type: 'fallbackAsked', ...which, agent: fallback.agent, outcome: first });
  const second = await answerOf(run, work, fallback, input, first.failure);
  if (hasBudget) report(run, { type: 'fallbackAnswered', ...which, outcome: second });
  // The first agent may have done its work after all: then there is something to undo.
  const isUnknown = first.status === 'unknown' && second.status !== 'succeeded';
  const last: Outcome = isUnknown ? { ...second, status: 'unknown' } : second;
  const outcome: Outcome = {
    ...last,
    attempts: first.attempts + second.attempts,
    usage: addUsage(first.usage ?? NO_USAGE, second.usage),
  };
  return { outcome, answeredBy: fallback.agent };
}

async function answerOf(run: Run, work: Work, fallback: Fallback, input: unknown, why: Failure): Promise<Outcome> {
  try {
    if (run.progress.escrow !== undefined) await roomForFallback(run, holdKey(work.task.id, work.index));
    const scope = { ...work.scope, failure: why };
    const own = fallback.input === undefined ? input : inputOf(await inTime(render(run, fallback.input, scope)));
    return (await callAgent(run, work, { ...fallback, input: own, suffix: 'fallback' })).outcome;
  } catch (error) {
    return outcomeOf(error);
  }
}

export interface Call {
  readonly agent: string;
  readonly input: unknown;
  readonly timeout?: string | undefined;
  readonly retry?: Retry | undefined;
  /** Tells the calls of one task apart: `fallback`, `compensate`, a planner's. */
  readonly suffix?: string;
}

/** One durable call. Settles, whatever happens. */
export function callAgent(run: Run, work: Work, call: Call): PromiseLike<Settled> {
  const size = jsonBytes(call.input);
  if (size > MAX_VALUE_BYTES) {
    const message = `the input of ${call.agent} is ${size} bytes of JSON, at most ${MAX_VALUE_BYTES} fit into one payload`;
    return Promise.resolve(notCalled(failure('InputTooLarge', message)));
  }
  const room = roomFor(run, size);
  return room === undefined ? makeCall(run, work, call) : room.then(() => makeCall(run, work, call));
}

const notCalled = (why: Failure): Settled => ({ outcome: { status: 'failed', attempts: 0, failure: why } });

function makeCall(run: Run, work: Work, call: Call): PromiseLike<Settled> {
  const { task, index } = work;
  const leftMs = call.suffix === 'compensate' ? undefined : deadlineLeft(run, work);
  if (leftMs !== undefined && leftMs <= 0) {
    return Promise.resolve(notCalled(failure('TimedOut', 'the deadline of the task has passed')));
  }
  // The settings of a task are for its agent; a fallback or an undoing agent has its own, or the agent's.
  const own = call.suffix === undefined ? task.task : call;
  const card = cardOf(run, call.agent);
  const { defaults } = run.graph.plan;
  const retry = retryPolicy(own.retry, defaults?.retry, card?.retry);
  const timeoutMs = durationMs(own.timeout ?? defaults?.timeout ?? card?.timeout ?? DEFAULT_TIMEOUT);
  const heartbeat =
    (call.suffix === undefined ? task.task.heartbeat : undefined) ?? defaults?.heartbeat ?? card?.heartbeat;
  const isGuarded = card?.guarded === true;
  const name = workName(work);
  const suffix = call.suffix === undefined ? '' : `:${call.suffix}`;
  const { callAgent } = proxyActivities<Activities>({
    activityId: `${name}${suffix}`,
    summary: `${name}${suffix} · ${call.agent}`,
    startToCloseTimeout: timeoutMs + TIMEOUT_GRACE_MS + (isGuarded ? LONGEST_LEASE_WAIT_MS : 0),
    heartbeatTimeout: heartbeat ?? DEFAULT_HEARTBEAT,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    ...(card?.taskQueue === undefined ? {} : { taskQueue: card.taskQueue }),
    ...(leftMs === undefined ? {} : { scheduleToCloseTimeout: leftMs }),
    ...(hasPriority(run, work) ? { priority: { priorityKey: task.priority } } : {}),
    retry: {
      // Those of a guarded agent are counted where they are made: not all of them reach it.
      ...(isGuarded ? {} : { maximumAttempts: retry.attempts }),
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
    idempotencyKey: `${run.id}/${index === undefined ? task.callName : `${task.callName}/${index}`}${suffix}`,
    timeoutMs,
    retry,
    ...reuseOfCall(run, task.id),
    ...cacheOf(task, call),
    ...(isGuarded ? { countsAttempts: true } : {}),
    ...(isGuarded && call.suffix === undefined && task.task.fallback !== undefined ? { hasFallback: true } : {}),
  };
  return reading<CallReply, Settled>(
    callAgent(request),
    (reply) => ({ outcome: { status: 'succeeded', ...reply } }),
    (error) => ({ outcome: outcomeOf(error, retry.attempts) }),
  );
}

/** An agent that stands in for another has only its own. */
const cacheOf = ({ task: { cache } }: Work['task'], { suffix }: Call): Pick<CallRequest, 'cacheMs'> =>
  cache === undefined || suffix !== undefined ? {} : { cacheMs: durationMs(cache.ttl) };

const hasPriority = (run: Run, { task }: Pick<Work, 'task'>): boolean =>
  (task.task.priority ?? run.graph.plan.defaults?.priority) !== undefined;
