// The stage that parses: finds the agent, makes its input, and decides whether an attempt is left to be made.
import type { Context } from '@temporalio/activity';
import type { AgentLog } from '../../domain/agent/agent.js';
import { byteCount } from '../../domain/byte-count.js';
import type { CallRequest } from '../../domain/call/request.js';
import type { Registry } from '../agents/registry.js';
import { callOnWrongQueue } from '../agents/remote/remote-agent.js';
import { AgentError } from '../errors/agent-error.js';
import type { CallSecrets } from '../secrets/call-secrets.js';
import type { OutgoingCorrelation } from '../trace/correlation.js';
import { isAfterLast, type Attempt } from './attempt.js';
import { avoidResource } from './avoid-resource.js';
import type { Heartbeat } from './heartbeat.js';
import { parseInput } from './parse-input.js';
import type { AgentCall } from './stage.js';

export interface ParsedRequest {
  readonly request: CallRequest;
  readonly log: AgentLog;
  readonly heartbeat: Heartbeat;
  readonly secrets: CallSecrets;
  /** What the call passes on of the correlation of its run. */
  readonly correlation: OutgoingCorrelation;
}

export async function openCall(
  { registry, valueLimit }: { readonly registry: Registry; readonly valueLimit: number },
  activity: Context,
  attempt: Attempt,
  { request, log, heartbeat, secrets, correlation }: ParsedRequest,
): Promise<AgentCall> {
  if (isAfterLast(attempt, request)) throw attemptsLost(request);
  const registered = registry.find(request.agent, activity.info.taskQueue);
  const { agent } = registered;
  // An answer of an old run is looked up here, because the workers that have the agent do not know old runs.
  if (agent.isRemote === true && request.onlyRecall !== true) throw callOnWrongQueue(agent);
  attempt.missing = undefined;
  const input = parseInput(registered, request.input);
  const tokensBefore = attempt.usage.tokens;
  const call: AgentCall = {
    activity,
    request: request.hedgeOf === undefined ? request : await avoidResource(activity, request, agent, log),
    registered,
    agent,
    input,
    attempt,
    heartbeat,
    log,
    correlation,
    maxOutputBytes: Math.min(
      valueLimit,
      request.maxOutputBytes ?? valueLimit,
      agent.maxOutput === undefined ? valueLimit : byteCount(agent.maxOutput),
    ),
    secrets,
    agentMs: () => (call.calledAtMs === undefined ? 0 : performance.now() - call.calledAtMs),
    tokens: () => attempt.usage.tokens - tokensBefore,
    // Sent with the next heartbeat: a call that waits for less than that costs nothing.
    waitsFor: (pool) => void (attempt.waitsFor = pool),
  };
  return call;
}

const attemptsLost = ({ agent }: CallRequest): AgentError =>
  new AgentError(
    `the workers that called ${JSON.stringify(agent)} have stopped sending heartbeats: they may have died`,
    {
      type: 'Interrupted',
    },
  );
