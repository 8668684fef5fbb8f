// One call of one agent, as an activity: parse the request → recall → permit → lease → call under timeout, heartbeat and abort →
// parse the reply → classify a failure. Whatever kind an agent has, its calls pass through here.
import { Context } from '@temporalio/activity';
import { addUsage, NO_USAGE, notedIn, type CallReply, type CallRequest, type Noted } from '../domain/call.js';
import type { AgentContext, AgentLog } from '../domain/agent.js';
import type { RetryPolicy } from '../domain/retry.js';
import { classify } from './classify.js';
import { createHeartbeats, type Heartbeat, type StartHeartbeat } from './heartbeat.js';
import { invoke } from './invoke.js';
import type { Lease } from './lease.js';
import { parseInput } from './parse-input.js';
import { parseReply } from './parse-reply.js';
import { parseRequest } from './parse-request.js';
import type { Permit } from './permit.js';
import type { Recall } from './recall.js';
import type { RegisteredAgent, Registry } from './registry.js';

export interface CallAgentDeps {
  readonly registry: Registry;
  readonly recall: Recall;
  readonly permit: Permit;
  readonly lease: Lease;
  /** Uniform in [0, 1): the jitter of retries. */
  readonly random: () => number;
  readonly abortGraceMs: number;
  /** The worker's own, which knows the Workflow and the attempt, if absent. */
  readonly log?: AgentLog;
}

/** What one attempt has come to so far, and what those before it have spent; a failure carries it. */
interface Attempt {
  began: boolean;
  usage: CallReply['usage'];
}

export function createCallAgent(deps: CallAgentDeps): (request: CallRequest) => Promise<CallReply> {
  const startHeartbeat = createHeartbeats();
  return async (given) => {
    const activity = Context.current();
    const { spent: before } = notedIn(activity.info.heartbeatDetails);
    const soFar: Attempt = { began: false, usage: { ...NO_USAGE, ...before } };
    let retry: RetryPolicy | undefined;
    try {
      const request = parseRequest(given);
      retry = request.retry;
      const found = deps.registry.find(request.agent, activity.info.taskQueue);
      const input = parseInput(found, request.input);
      return await attempt(deps, { activity, request, found, input, soFar, startHeartbeat });
    } catch (error) {
      const random = deps.random();
      throw classify(error, {
        attempt: activity.info.attempt,
        ...soFar,
        random,
        ...(retry === undefined ? {} : { retry }),
      });
    }
  };
}

interface Call {
  readonly activity: Context;
  readonly request: CallRequest;
  readonly found: RegisteredAgent;
  readonly input: unknown;
  readonly soFar: Attempt;
  readonly startHeartbeat: StartHeartbeat;
}

async function attempt(deps: CallAgentDeps, call: Call): Promise<CallReply> {
  const { activity, request, found, input, soFar } = call;
  const { agent } = found;
  const { task, item, timeoutMs } = request;
  const log = withFields(deps.log ?? activity.log, {
    task,
    agent: agent.type,
    ...(item === undefined ? {} : { item }),
  });
  const heartbeat = call.startHeartbeat(activity, log, () => spentIn(soFar));
  const run = (signal: AbortSignal) => {
    soFar.began = true;
    // The attempts before this one reached the agent too.
    soFar.usage = { ...soFar.usage, calls: activity.info.attempt };
    return agent.run(input, contextOf({ request, attempt: activity.info.attempt, signal, heartbeat, log, soFar }));
  };
  const name = JSON.stringify(agent.type);
  const invocation = () => invoke({ name, timeoutMs, graceMs: deps.abortGraceMs, activity, log, run });
  const ask = async (): Promise<CallReply> => {
    const reply = await deps.permit(agent, () => deps.lease(agent, invocation));
    return {
      output: parseReply(found, reply),
      attempts: activity.info.attempt,
      usage: soFar.usage,
      ...(agent.version === undefined ? {} : { version: agent.version }),
    };
  };
  try {
    return await deps.recall({ activity, request, agent, log }, ask);
  } catch (error) {
    heartbeat.handOn();
    throw error;
  } finally {
    heartbeat.end();
  }
}

/** Calls are counted by attempts. */
const spentIn = ({ usage: { tokens, usd } }: Attempt): Noted['spent'] =>
  tokens === 0 && usd === 0 ? undefined : { tokens, usd };

interface Parts {
  readonly request: CallRequest;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly heartbeat: Heartbeat;
  readonly log: AgentLog;
  readonly soFar: Attempt;
}

function contextOf({ request, attempt, signal, heartbeat, log, soFar }: Parts): AgentContext {
  const { run, plan, task, item, idempotencyKey } = request;
  return {
    signal,
    attempt,
    idempotencyKey,
    progress: heartbeat.progress,
    lastProgress: heartbeat.lastProgress,
    log,
    usage({ tokens = 0, usd = 0 }) {
      soFar.usage = addUsage(soFar.usage, { calls: 0, tokens, usd });
    },
    correlation: { run, plan, task, ...(item === undefined ? {} : { item }) },
  };
}

const withFields = (log: AgentLog, fields: Record<string, unknown>): AgentLog => ({
  debug: (message, more) => log.debug(message, { ...fields, ...more }),
  info: (message, more) => log.info(message, { ...fields, ...more }),
  warn: (message, more) => log.warn(message, { ...fields, ...more }),
  error: (message, more) => log.error(message, { ...fields, ...more }),
});
