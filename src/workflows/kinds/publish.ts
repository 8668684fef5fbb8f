// A task of kind publish: renders the event, and publishes it by the activity `publish`.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { ABORT_GRACE_MS } from '../../domain/agent/agent.js';
import { retryPolicy } from '../../domain/call/retry.js';
import type { Outcome } from '../../domain/call/outcome.js';
import { durationMs } from '../../domain/duration.js';
import type { PublishRequest } from '../../domain/event/published-event.js';
import { ExpressionError } from '../../domain/expression/expression.js';
import { failure } from '../../domain/failure.js';
import { carriedBytes } from '../../domain/json/value-reference.js';
import { defined } from '../../domain/json/defined.js';
import { shown } from '../../domain/problem.js';
import { valueLimitOf } from '../../domain/run/input.js';
import { callTimings } from '../calls/call-outcome.js';
import { outcomeFromError } from '../calls/outcome-from-error.js';
import { reserveCommandBytes } from '../workflow-task/command-size.js';
import { render, renderUnopened, type Run } from '../run.js';
import { correlationOf, recordCall, type EndedCall } from '../trace.js';
import { priorityOptions } from './call-agent.js';
import { deadlineLeft } from './time-limit.js';
import { workName, type Settlement, type Work } from './work.js';

/** The time limit of one attempt, unless the task or the plan sets another. Brokers confirm within milliseconds. */
const DEFAULT_TIMEOUT = '1m';

/** A worker that sends no heartbeat for this long counts as dead. */
const HEARTBEAT = '15s';

/** The worker ends an attempt that takes too long, and reports more about it than the server can. */
const TIMEOUT_GRACE_MS = ABORT_GRACE_MS + 5_000;

export async function performPublish(run: Run, work: Work): Promise<Settlement> {
  const { task } = work.task;
  const { broker, to, key, type, data = null } = task.publish!;
  const { defaults, name: plan } = run.graph.plan;
  const timeoutMs = durationMs(task.timeout ?? defaults?.timeout ?? DEFAULT_TIMEOUT);
  const retry = retryPolicy(task.retry, defaults?.retry);
  const name = workName(work);
  const request: PublishRequest = {
    ...{ run: run.id, plan, task: work.task.id, broker, to, timeoutMs, retry },
    ...defined({ item: work.index, key: keyText(await render(run, key, work.scope)) }),
    type: typeText(await render(run, type, work.scope)),
    data: await renderUnopened(run, data, work.scope),
    ...correlationOf(run, name),
    idempotencyKey: `${run.id}/${work.index === undefined ? work.task.callName : `${work.task.callName}/${work.index}`}`,
  };
  const [size, limit] = [carriedBytes(request.data), valueLimitOf(run.request)];
  if (size > limit) {
    const message = `the data of the event is ${size} bytes of JSON, at most ${limit} fit into one payload`;
    return failed('InputTooLarge', message);
  }
  await reserveCommandBytes(run, size);
  const leftMs = deadlineLeft(run, work);
  if (leftMs !== undefined && leftMs <= 0) return failed('TimedOut', 'the deadline of the task has passed');
  const { publish } = proxyActivities<Activities>({
    activityId: name,
    summary: `${name} · ${broker} ${to}`,
    startToCloseTimeout: timeoutMs + TIMEOUT_GRACE_MS,
    heartbeatTimeout: HEARTBEAT,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    ...defined({ scheduleToCloseTimeout: leftMs }),
    ...priorityOptions(run, work),
    retry: {
      maximumAttempts: retry.attempts,
      initialInterval: retry.initialMs,
      backoffCoefficient: retry.factor,
      maximumInterval: retry.maxMs,
    },
  });
  const publication = { broker, to, id: request.idempotencyKey, type: request.type };
  const from = Date.now();
  const ended = (outcome: Outcome, timings: EndedCall['timings']): Settlement => {
    recordCall(run, work, { publication, from, outcome, timings });
    return { outcome };
  };
  try {
    const { timings, ...reply } = await publish(request);
    return ended({ status: 'succeeded', ...reply }, timings);
  } catch (error) {
    return ended(outcomeFromError(error, { attempts: retry.attempts, rules: run.rules }), callTimings(error));
  }
}

const failed = (type: 'InputTooLarge' | 'TimedOut', message: string): Settlement => ({
  outcome: { status: 'failed', attempts: 0, failure: failure(type, message) },
});

/** Numbers are usual as keys. */
function keyText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new ExpressionError(`publish.key: expected text or a number, got ${shown(value)}`);
}

function typeText(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ExpressionError(`publish.type: expected the type of the event, a text, got ${shown(value)}`);
}
