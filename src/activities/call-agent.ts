// One call of one agent, as an activity. Whatever kind an agent has, its calls pass these stages:
// read what the request refers to → parse it → recall an earlier answer → permit (circuit breaker) → lease (pool) → call the agent under timeout, heartbeat
// and abort → parse its reply → store the reply, if it is large. A failure of any stage is classified on its way out. The values of
// secrets are replaced here, for all kinds of agents: in the log, the progress, the reply and the failure.
import { Context } from '@temporalio/activity';
import { ApplicationFailure, type CancelledFailure } from '@temporalio/common';
import type { CallReply, CallRequest } from '../domain/call/request.js';
import type { AgentLog } from '../domain/agent/agent.js';
import type { Registry } from './agents/registry.js';
import { callLog } from './call-agent/agent-context.js';
import { notesOf, openAttempt } from './call-agent/attempt.js';
import { createFailCall } from './call-agent/fail-call.js';
import { createHeartbeats, type SendHeartbeat } from './call-agent/heartbeat.js';
import { invokeAgent } from './call-agent/invoke.js';
import { holdLease } from './call-agent/hold-lease.js';
import { meterAttempt, type MeterCall } from './call-agent/meter.js';
import { openCall, type ParsedRequest } from './call-agent/open-call.js';
import { parseRequest } from './call-agent/parse-request.js';
import { askPermit } from './call-agent/ask-permit.js';
import type { Lease } from './call-agent/lease.js';
import type { Permit } from './call-agent/permit.js';
import { compose } from './call-agent/stage.js';
import { bothLogs, keepAttempt, type KeptAttempt } from './call-agent/kept-attempt.js';
import type { KeepLine } from '../domain/run/kept-line.js';
import { openSecrets } from './secrets/call-secrets.js';
import type { SecretStore } from './secrets/store.js';
import { keepReply, type ReplyStorage } from './call-agent/keep-reply.js';
import type { ReadReferences } from './read-references.js';
import { wasUnread } from './call-agent/unread-input.js';
import { attemptCorrelation } from './trace/correlation.js';
import type { Tracing } from './trace/tracing.js';
import type { Publishing } from './publish.js';
import type { Recall } from './recall/recall.js';

export interface CallAgentDeps {
  readonly registry: Registry;
  readonly recall: Recall;
  readonly permit: Permit;
  readonly lease: Lease;
  readonly secrets: SecretStore;
  /** Uniform in [0, 1): the jitter of retries. */
  readonly random: () => number;
  readonly abortGraceMs: number;
  /** The most bytes of JSON of one output. */
  readonly valueLimit: number;
  /** Stores replies outside the server, if the worker has storage. */
  readonly storage?: ReplyStorage;
  readonly readReferences: ReadReferences;
  readonly sendHeartbeat?: SendHeartbeat;
  /** How agents behind queues are called. */
  readonly publishing?: Publishing;
  /** If absent, the log of the activity, which knows the Workflow and the attempt. */
  readonly log?: AgentLog;
  /** Keeps what calls log and how attempts fail, for `baton logs`; absent: nothing is kept. */
  readonly keepLine?: KeepLine;
  /** Counts attempts; absent: nothing is counted. */
  readonly meter?: MeterCall;
  /** Absent if this worker makes no traces. */
  readonly tracing?: Tracing | undefined;
}

export function createCallAgent(deps: CallAgentDeps): (request: CallRequest) => Promise<CallReply> {
  const { registry, recall, permit, lease, random, abortGraceMs, valueLimit, tracing, readReferences } = deps;
  const answer = compose([
    keepReply(deps.storage ?? {}),
    recall,
    askPermit(permit),
    holdLease(lease),
    invokeAgent(abortGraceMs, deps.publishing),
  ]);
  const startHeartbeat = createHeartbeats(deps.sendHeartbeat);
  const failCall = createFailCall(random);
  return async (given) => {
    const activity = Context.current();
    // Not an attempt if it fails: the agent has not been called, as if the SDK had not been able to read the input.
    const opened = (await readReferences(given, activity.cancellationSignal)) as CallRequest;
    const attempt = openAttempt(activity.info, activity.info.attempt > 1 && (await wasUnread(activity)));
    const secrets = openSecrets(deps.secrets);
    const meter = meterAttempt(deps.meter, given, attempt);
    let parsed: ParsedRequest | undefined;
    let kept: KeptAttempt | undefined;
    try {
      const request = parseRequest(opened);
      attempt.timings.isTraced = request.trace !== undefined;
      const correlation = attemptCorrelation(request, attempt.timings.number, tracing);
      if (deps.keepLine !== undefined) kept = keepAttempt(deps.keepLine, activity.info.activityId, request, attempt);
      const shown = callLog(secrets.log(deps.log ?? activity.log), request, correlation);
      const log = kept === undefined ? shown : bothLogs(shown, secrets.log(kept.log));
      const heartbeat = startHeartbeat(activity, log, () => notesOf(attempt));
      parsed = { request, log, heartbeat, secrets, correlation };
      const reply = await answer(await openCall({ registry, valueLimit }, activity, attempt, parsed));
      meter.succeeded();
      return reply;
    } catch (error) {
      // Before anything is cut, noted for the next attempt, or sent.
      const redacted = secrets.error(error);
      const failure = failCall(redacted, attempt, parsed);
      meter.failed(failure);
      kept?.failed(failure, redacted);
      if (isRetried(failure)) parsed?.heartbeat.handOn();
      throw failure;
    } finally {
      parsed?.heartbeat.end();
    }
  };
}

const isRetried = (failure: ApplicationFailure | CancelledFailure): boolean =>
  failure instanceof ApplicationFailure && failure.nonRetryable !== true;
