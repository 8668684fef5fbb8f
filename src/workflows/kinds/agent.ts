// A call to an agent, or what is asked in place of one: several agents, the same one again, its fallbacks.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { ABORT_GRACE_MS, LONGEST_LEASE_WAIT_MS, type AgentCard } from '../../domain/agent.js';
import { MAX_VALUE_BYTES, type CallReply, type CallRequest } from '../../domain/call.js';
import { contestOf } from '../../domain/contest.js';
import { durationMs } from '../../domain/duration.js';
import { failure, type Failure } from '../../domain/failure.js';
import { limitedQueue } from '../../domain/rate-limit.js';
import { retryPolicy, type Retry } from '../../domain/retry.js';
import { jsonBytes } from '../../domain/size.js';
import { reading } from '../../domain/soon.js';
import { outcomeOf } from '../outcome-of.js';
import { reuseOfCall } from '../reuse.js';
import { roomFor } from '../room.js';
import { cardOf, render, type Run } from '../run.js';
import { askFallbacks } from './fallback.js';
import { askHedged } from './hedge.js';
import { deadlineLeft } from './limit.js';
import { askRivals } from './rivals.js';
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
  const asked = askFirst(run, work, input);
  if (work.task.task.fallback === undefined) return asked;
  return Promise.resolve(asked).then((settled) => askFallbacks(run, work, input, settled));
}

function askFirst(run: Run, work: Work, input: unknown): PromiseLike<Settled> {
  const { task } = work.task;
  const contest = contestOf(task);
  if (contest !== undefined) return askRivals(run, work, contest, input);
  const call = { agent: task.agent!, input };
  return task.hedge === undefined ? callAgent(run, work, call) : askHedged(run, work, task.hedge, call);
}

export interface Call {
  readonly agent: string;
  readonly input: unknown;
  readonly timeout?: string | undefined;
  readonly retry?: Retry | undefined;
  /** Tells the calls of one task apart: `fallback`, `compensate`, a planner's. */
  readonly suffix?: string;
  /** It does what the task says, as one of several that do: the settings of the task hold for it. */
  readonly isRival?: true;
  /** It is a hedge: the activity of the call that it stands by. */
  readonly hedgeOf?: string;
  /** Another agent is asked where this one fails for good; of the agents of a task the task says so. */
  readonly hasFallback?: boolean;
  /** It is answered from the old run, or not at all. */
  readonly onlyRecall?: true;
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
  // The settings of a task are for its agents; a fallback or an undoing agent has its own, or the agent's.
  const isOfTask = call.suffix === undefined || call.isRival === true;
  const own = isOfTask ? task.task : call;
  const card = cardOf(run, call.agent);
  const { defaults } = run.graph.plan;
  const retry = retryPolicy(own.retry, defaults?.retry, card?.retry);
  const timeoutMs = durationMs(own.timeout ?? defaults?.timeout ?? card?.timeout ?? DEFAULT_TIMEOUT);
  const heartbeat = (isOfTask ? task.task.heartbeat : undefined) ?? defaults?.heartbeat ?? card?.heartbeat;
  const isGuarded = card?.guarded === true;
  const name = workName(work);
  const suffix = call.suffix === undefined ? '' : `:${call.suffix}`;
  const { callAgent } = proxyActivities<Activities>({
    activityId: `${name}${suffix}`,
    summary: `${name}${suffix} · ${call.agent}`,
    startToCloseTimeout: timeoutMs + TIMEOUT_GRACE_MS + (isGuarded ? LONGEST_LEASE_WAIT_MS : 0),
    heartbeatTimeout: heartbeat ?? DEFAULT_HEARTBEAT,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    ...queueOf(call.agent, card),
    ...(leftMs === undefined ? {} : { scheduleToCloseTimeout: leftMs }),
    ...orderOf(run, work),
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
    // A hedge is one more attempt at the same work: who must not do it twice has to know that it is the same.
    idempotencyKey: `${run.id}/${index === undefined ? task.callName : `${task.callName}/${index}`}${call.hedgeOf === undefined ? suffix : ''}`,
    timeoutMs,
    retry,
    ...reuseOfCall(run, task.id),
    ...(isOfTask ? cacheOf(task) : {}),
    ...(call.hedgeOf === undefined ? {} : { hedgeOf: call.hedgeOf }),
    ...(isGuarded && call.suffix === undefined && task.task.hedge !== undefined ? { isHedged: true } : {}),
    ...(call.onlyRecall === undefined ? {} : { onlyRecall: call.onlyRecall }),
    ...(isGuarded ? { countsAttempts: true } : {}),
    ...(isGuarded && (isOfTask ? task.task.fallback !== undefined : call.hasFallback) ? { hasFallback: true } : {}),
  };
  return reading<CallReply, Settled>(
    callAgent(request),
    (reply) => ({ outcome: { status: 'succeeded', ...reply } }),
    (error) => ({ outcome: outcomeOf(error, retry.attempts) }),
  );
}

/** An agent that stands in for another has only its own. */
const cacheOf = ({ task: { cache } }: Work['task']): Pick<CallRequest, 'cacheMs'> =>
  cache === undefined ? {} : { cacheMs: durationMs(cache.ttl) };

/** The run's own, where nothing else is said. */
function queueOf(agent: string, card: AgentCard | undefined): { taskQueue?: string } {
  if (card?.isLimited === true) return { taskQueue: limitedQueue(workflowInfo().taskQueue, agent) };
  return card?.taskQueue === undefined ? {} : { taskQueue: card.taskQueue };
}

/** What is to have its turn waits for it: a worker that takes its own calls at once passes by all others. */
function orderOf({ graph: { plan }, request: { tenant } }: Run, { task }: Pick<Work, 'task'>) {
  const priority = task.task.priority ?? plan.defaults?.priority;
  if (priority === undefined && tenant === undefined) return {};
  return { allowEagerDispatch: false, ...(priority === undefined ? {} : { priority: { priorityKey: priority } }) };
}
