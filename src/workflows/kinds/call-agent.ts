// One durable call of an agent: the activity `callAgent`, its options and its request.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { ABORT_GRACE_MS, LONGEST_LEASE_WAIT_MS, type AgentCard } from '../../domain/agent/agent.js';
import { limitedQueue } from '../../domain/agent/rate-limit.js';
import { suffixedName } from '../../domain/call/name.js';
import type { CallReply, CallRequest } from '../../domain/call/request.js';
import { retryPolicy, type Retry, type RetryPolicy } from '../../domain/call/retry.js';
import { byteCount } from '../../domain/byte-count.js';
import { durationMs } from '../../domain/duration.js';
import { failure, type Failure } from '../../domain/failure.js';
import { defined } from '../../domain/json/defined.js';
import { valueLimitOf } from '../../domain/run/input.js';
import { callTimings } from '../calls/call-outcome.js';
import { outcomeFromError } from '../calls/outcome-from-error.js';
import { unansweredOf } from '../calls/stop-calls.js';
import { carriedBytes } from '../../domain/json/value-reference.js';
import { reserveCommandBytes } from '../workflow-task/command-size.js';
import { callReuse } from '../reuse.js';
import { cardOf, keyPrefix, type Run } from '../run.js';
import { correlationOf, recordCall, type EndedCall } from '../trace.js';
import { deadlineLeft } from './time-limit.js';
import { workName, type Settlement, type Work } from './work.js';

/** The time limit of one attempt, unless the task, the plan or the agent sets another. */
const DEFAULT_TIMEOUT = '5m';

/** A worker that sends no heartbeat for this long counts as dead: short enough to continue soon, long enough for a busy event loop. */
const DEFAULT_HEARTBEAT = '30s';

/** The worker ends an attempt that takes too long, and reports more about it than the server can: the server waits a bit longer. */
const timeoutGraceMs = (card: AgentCard | undefined): number => (card?.graceMs ?? ABORT_GRACE_MS) + 5_000;

/** The pause after an attempt that was lost with its worker, and the longest pause after several. */
const LOST_RETRY_MS = 1_000;
const LOST_RETRY_MOST_MS = 30_000;

/** An agent without input is given an empty object; `null` is a value. */
export const defaultInput = (value: unknown): unknown => (value === undefined ? {} : value);

export interface Call {
  readonly agent: string;
  readonly input: unknown;
  readonly timeout?: string | undefined;
  readonly retry?: Retry | undefined;
  /** Distinguishes the calls of one task: `fallback`, `compensate`, `plan`, … */
  readonly suffix?: string;
  /** One of several parallel calls that all do the task: the settings of the task apply to it. */
  readonly isParallel?: true;
  /** Present for a hedge: the activity id of the call that it repeats. */
  readonly hedgeOf?: string;
  /** Another agent is called if this one fails for good. (For the agents of a task, the task itself has a `fallback`.) */
  readonly hasFallback?: boolean;
  /** Only an answer from the old run counts; the agent is not called. */
  readonly onlyRecall?: true;
}

/** Settles in every case. */
export function callAgent(run: Run, work: Work, call: Call): PromiseLike<Settlement> {
  const size = carriedBytes(call.input);
  const limit = valueLimitOf(run.request);
  if (size > limit) {
    const message = `the input of ${call.agent} is ${size} bytes of JSON, at most ${limit} fit into one payload`;
    return Promise.resolve(failedBeforeCall(failure('InputTooLarge', message)));
  }
  const room = reserveCommandBytes(run, size);
  const make = () => (recallsFirst(run, work, call) ? recallThenCall(run, work, call) : makeCall(run, work, call));
  return room === undefined ? make() : room.then(make);
}

/** The workers with a remote agent do not know old runs, so a worker of the run looks for an old answer. */
function recallsFirst(run: Run, { task }: Work, { agent, suffix, onlyRecall }: Call): boolean {
  if (cardOf(run, agent)?.isRemote !== true || onlyRecall === true || suffix === 'compensate') return false;
  return callReuse(run, task.id).reuse !== undefined;
}

const isRecalledHere = ({ onlyRecall }: Call, card: AgentCard | undefined): boolean =>
  onlyRecall === true && card?.isRemote === true;

async function recallThenCall(run: Run, work: Work, call: Call): Promise<Settlement> {
  const recalled = await makeCall(run, work, { ...call, onlyRecall: true });
  const { outcome } = recalled;
  const isUnknown = outcome.status === 'failed' && outcome.failure.type === 'NotRemembered';
  return isUnknown ? await makeCall(run, work, call) : recalled;
}

const failedBeforeCall = (why: Failure): Settlement => ({ outcome: { status: 'failed', attempts: 0, failure: why } });

function makeCall(run: Run, work: Work, call: Call): PromiseLike<Settlement> {
  const leftMs = call.suffix === 'compensate' ? undefined : deadlineLeft(run, work);
  if (leftMs !== undefined && leftMs <= 0) {
    return Promise.resolve(failedBeforeCall(failure('TimedOut', 'the deadline of the task has passed')));
  }
  const settings = callSettings(run, work, call);
  const { activityId, retry } = settings;
  const { callAgent: activity } = proxyActivities<Activities>(activityOptions(run, work, call, settings, leftMs));
  const terms = { attempts: retry.attempts, rules: run.rules, unanswered: () => unansweredOf(run, activityId) };
  const request = callRequest(run, work, call, settings);
  if (run.trace === undefined || call.onlyRecall === true) {
    return activity(request).then(
      (reply: CallReply): Settlement => ({ outcome: { status: 'succeeded', ...reply } }),
      (error: unknown): Settlement => ({ outcome: outcomeFromError(error, terms) }),
    );
  }
  const requested = { agent: call.agent, suffix: call.suffix, from: Date.now() };
  const ended = (ending: Pick<EndedCall, 'outcome' | 'timings' | 'version'>): Settlement => {
    recordCall(run, work, { ...requested, ...ending });
    return { outcome: ending.outcome };
  };
  return activity(request).then(
    ({ timings, ...reply }: CallReply) =>
      ended({ outcome: { status: 'succeeded', ...reply }, timings, version: reply.version }),
    (error: unknown) => ended({ outcome: outcomeFromError(error, terms), timings: callTimings(error) }),
  );
}

/** What follows for one call from the settings of the task, the defaults of the plan and the card of the agent, in this order. */
interface CallSettings {
  readonly activityId: string;
  readonly card: AgentCard | undefined;
  /** The settings of the task apply. A fallback and a compensation have their own, or those of their agent. */
  readonly isOfTask: boolean;
  readonly isGuarded: boolean;
  /** `callAgent` counts the attempts, not the server: some never reach the agent, if a breaker, a pool or a worker without the agent turns them away. */
  readonly countsAttempts: boolean;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly idleMs: number | undefined;
  readonly heartbeat: string | undefined;
}

function callSettings(run: Run, work: Work, call: Call): CallSettings {
  const { task } = work;
  const isOfTask = call.suffix === undefined || call.isParallel === true;
  const own = isOfTask ? task.task : call;
  const card = cardOf(run, call.agent);
  const { defaults } = run.graph.plan;
  const isGuarded = card?.guarded === true;
  return {
    activityId: suffixedName(workName(work), call.suffix),
    card,
    isOfTask,
    isGuarded,
    countsAttempts: isGuarded || run.rules >= 2,
    retry: retryPolicy(own.retry, defaults?.retry, card?.retry),
    timeoutMs: durationMs(own.timeout ?? defaults?.timeout ?? card?.timeout ?? DEFAULT_TIMEOUT),
    idleMs: idleOf(isOfTask ? task.task.idle : undefined, card),
    heartbeat: (isOfTask ? task.task.heartbeat : undefined) ?? defaults?.heartbeat ?? card?.heartbeat,
  };
}

/** Workers know how long their own agents may be idle. Those of a remote agent do not have its settings. */
function idleOf(ofTask: string | undefined, card: AgentCard | undefined): number | undefined {
  const idle = ofTask ?? card?.idle;
  return idle === undefined ? undefined : durationMs(idle);
}

/** How long a finished call waits for a storage that is away. Its heartbeats continue, so a lost worker is noticed as soon as before. */
const LONGEST_STORE_WAIT_MS = 3_600_000;

/** How long a call may wait, before and after its agent works. */
const waitMs = ({ request }: Run, isGuarded: boolean): number =>
  (isGuarded ? LONGEST_LEASE_WAIT_MS : 0) + (request.valueLimit === undefined ? 0 : LONGEST_STORE_WAIT_MS);

function activityOptions(run: Run, work: Work, call: Call, settings: CallSettings, leftMs: number | undefined) {
  const { activityId, card, isGuarded, countsAttempts, retry, timeoutMs, heartbeat } = settings;
  return {
    activityId,
    summary: `${activityId} · ${call.agent}`,
    startToCloseTimeout: timeoutMs + timeoutGraceMs(card) + waitMs(run, isGuarded),
    heartbeatTimeout: heartbeat ?? DEFAULT_HEARTBEAT,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED' as const,
    ...(isRecalledHere(call, card) ? {} : agentQueue(call.agent, card)),
    ...defined({ scheduleToCloseTimeout: leftMs }),
    ...priorityOptions(run, work),
    retry: {
      ...(countsAttempts ? {} : { maximumAttempts: retry.attempts }),
      ...(run.rules >= 2 ? retryAfterLost(retry) : serverRetry(retry)),
    },
  };
}

function callRequest(run: Run, work: Work, call: Call, settings: CallSettings): CallRequest {
  const { task, index } = work;
  const { card, isOfTask, isGuarded, countsAttempts, retry, timeoutMs, idleMs } = settings;
  // Workers in other languages have neither the old run nor a cache.
  const isElsewhere = card?.isRemote === true && call.onlyRecall !== true;
  const { task: definition } = task;
  const hasFallback = isOfTask ? definition.fallback !== undefined : call.hasFallback;
  // A hedge is one more attempt at the same work: an agent that must not do it twice recognizes it by the same key.
  const suffix = call.hedgeOf === undefined ? call.suffix : undefined;
  const name = index === undefined ? task.callName : `${task.callName}/${index}`;
  return {
    run: run.id,
    plan: run.graph.plan.name,
    task: task.id,
    ...defined({ item: index }),
    agent: call.agent,
    input: call.input,
    idempotencyKey: `${keyPrefix(run)}/${suffixedName(name, suffix)}`,
    timeoutMs,
    ...defined({ idleMs }),
    retry,
    ...(isElsewhere ? {} : callReuse(run, task.id)),
    ...(!isElsewhere && isOfTask && definition.cache !== undefined
      ? { cacheMs: durationMs(definition.cache.ttl) }
      : {}),
    ...defined({ hedgeOf: call.hedgeOf }),
    ...(isGuarded && call.suffix === undefined && definition.hedge !== undefined ? { isHedged: true } : {}),
    ...defined({ onlyRecall: call.onlyRecall }),
    ...(countsAttempts ? { countsAttempts: true } : {}),
    ...(isGuarded && hasFallback ? { hasFallback: true } : {}),
    ...(isPassedOn(run, work, isOfTask) ? { byReference: true } : {}),
    ...(isElsewhere && card.maxOutput !== undefined ? { maxOutputBytes: byteCount(card.maxOutput) } : {}),
    ...correlationOf(run, settings.activityId),
  };
}

/** True if the run need not look into the output. Answers of a vote are compared. */
const isPassedOn = ({ rules, request }: Run, { task }: Work, isOfTask: boolean): boolean =>
  rules >= 3 && request.valueLimit !== undefined && isOfTask && task.task.vote === undefined;

const serverRetry = ({ initialMs, factor, maxMs }: RetryPolicy) => ({
  initialInterval: initialMs,
  backoffCoefficient: factor,
  maximumInterval: maxMs,
});

/**
 * An attempt that fails sets the time of the next one itself. The server decides only after an attempt that was lost with its
 * worker, or that the server ended because it took too long: then the next one comes soon, because a loss does not count against
 * the agent, and the next attempt may have to report that the lost one was the last.
 */
const retryAfterLost = ({ initialMs, factor, maxMs }: RetryPolicy) => ({
  initialInterval: Math.min(initialMs, LOST_RETRY_MS),
  backoffCoefficient: factor,
  maximumInterval: Math.min(maxMs, LOST_RETRY_MOST_MS),
});

/** The Task Queue of the agent; `undefined` means that of the run. */
function agentQueue(agent: string, card: AgentCard | undefined): { taskQueue?: string } {
  if (card?.isLimited === true) return { taskQueue: limitedQueue(workflowInfo().taskQueue, agent) };
  return defined({ taskQueue: card?.taskQueue });
}

/** A call with a priority or a tenant waits in the Task Queue: a worker that starts its own calls eagerly would bypass the order. */
export function priorityOptions({ graph: { plan }, request: { tenant } }: Run, { task }: Pick<Work, 'task'>) {
  const priority = task.task.priority ?? plan.defaults?.priority;
  if (priority === undefined && tenant === undefined) return {};
  return { allowEagerDispatch: false, ...(priority === undefined ? {} : { priority: { priorityKey: priority } }) };
}
