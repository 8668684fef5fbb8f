// One call of one agent, as an activity: parse the request → recall → permit → lease → call under timeout, heartbeat and abort →
// parse the reply → classify a failure. Whatever kind an agent has, its calls pass through here.
import { Context } from '@temporalio/activity';
import { addUsage, NO_USAGE, notedIn, type CallReply, type CallRequest, type Noted } from '../domain/call.js';
import type { AgentContext, AgentLog } from '../domain/agent.js';
import { isUncounted } from '../domain/failure.js';
import type { LeasedResource } from '../domain/pool/settings.js';
import { AgentError } from './agent-error.js';
import { classify } from './classify.js';
import { elsewhere } from './elsewhere.js';
import { createHeartbeats, type Heartbeat, type StartHeartbeat } from './heartbeat.js';
import { invoke } from './invoke.js';
import type { Held, Lease } from './lease.js';
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
  /** Which attempt it is of those that count; the first is 1. */
  readonly attempt: number;
  /** Those before it that were turned away. */
  refused: number;
  /** Of a pool. */
  resource?: string;
  waitsFor?: string | undefined;
  began: boolean;
  usage: CallReply['usage'];
}

export function createCallAgent(deps: CallAgentDeps): (request: CallRequest) => Promise<CallReply> {
  const startHeartbeat = createHeartbeats();
  return async (given) => {
    const activity = Context.current();
    const { spent, refused = 0 } = notedIn(activity.info.heartbeatDetails);
    // A person's retry counts from one again.
    const attemptNo = Math.max(1, activity.info.attempt - refused);
    const soFar: Attempt = { attempt: attemptNo, refused, began: false, usage: { ...NO_USAGE, ...spent } };
    let request: CallRequest | undefined;
    try {
      request = parseRequest(given);
      if (isSpent(request, soFar)) throw attemptsLost(request);
      const found = deps.registry.find(request.agent, activity.info.taskQueue);
      const input = parseInput(found, request.input);
      if (request.hedgeOf !== undefined) request = await elsewhere(activity, request, deps.log ?? activity.log);
      return await attempt(deps, { activity, request, found, input, soFar, startHeartbeat });
    } catch (error) {
      throw classify(error, { ...soFar, ...termsOf(request, soFar), random: deps.random() });
    }
  };
}

/** The server counts the attempts of most calls; those of others end here. */
const isSpent = ({ countsAttempts, retry }: CallRequest, { attempt }: Attempt): boolean =>
  countsAttempts === true && attempt > retry.attempts;

const attemptsLost = ({ agent }: CallRequest): AgentError =>
  new AgentError(`the workers that called ${JSON.stringify(agent)} have not been heard of: they may have died`, {
    type: 'Interrupted',
  });

function termsOf(request: CallRequest | undefined, soFar: Attempt) {
  if (request === undefined) return {};
  const { retry, hasFallback = false, countsAttempts = false } = request;
  return { retry, hasFallback, isLast: countsAttempts && soFar.attempt >= retry.attempts };
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
  const heartbeat = call.startHeartbeat(activity, log, () => notedOf(soFar));
  let askedAt: number | undefined;
  const agentMs = () => (askedAt === undefined ? 0 : performance.now() - askedAt);
  const tokensBefore = soFar.usage.tokens;
  const tokens = () => soFar.usage.tokens - tokensBefore;
  const run = (signal: AbortSignal, resource?: LeasedResource) => {
    soFar.began = true;
    askedAt = performance.now();
    // The attempts before this one reached the agent too.
    soFar.usage = { ...soFar.usage, calls: soFar.attempt };
    return agent.run(input, contextOf({ request, signal, heartbeat, log, soFar, resource }));
  };
  const runOn = ({ resource, signal: lost }: Held) => {
    soFar.resource = resource.id;
    // A hedge looks for it.
    if (request.isHedged === true) heartbeat.handOn();
    return { lost, run: (signal: AbortSignal) => run(signal, resource) };
  };
  const name = JSON.stringify(agent.type);
  // It goes with the next heartbeat: a call that waits for less than that costs nothing.
  const waitsFor = (pool: string | undefined) => void (soFar.waitsFor = pool);
  const guarded = { agent, input, request, activity, log, agentMs, tokens, waitsFor };
  const answer = async (held?: Held): Promise<unknown> => {
    const bounds = { name, timeoutMs, graceMs: deps.abortGraceMs, activity, log };
    const resting = held === undefined ? { run } : runOn(held);
    const reply = await invoke({ ...bounds, ...resting });
    return parseReply(found, reply);
  };
  const ask = async (): Promise<CallReply> => {
    const output = await deps.permit(guarded, (leave) =>
      deps.lease(guarded, (held) => {
        leave();
        return answer(held);
      }),
    );
    return {
      output,
      attempts: soFar.attempt,
      usage: soFar.usage,
      ...(agent.version === undefined ? {} : { version: agent.version }),
    };
  };
  try {
    return await deps.recall({ activity, request, agent, log }, ask);
  } catch (error) {
    if (error instanceof AgentError && isUncounted(error.type)) soFar.refused++;
    heartbeat.handOn();
    throw error;
  } finally {
    heartbeat.end();
  }
}

/** Calls are counted by attempts. */
const notedOf = ({ usage: { tokens, usd }, refused, resource, waitsFor }: Attempt): Omit<Noted, 'progress'> => ({
  ...(tokens === 0 && usd === 0 ? {} : { spent: { tokens, usd } }),
  ...(refused === 0 ? {} : { refused }),
  ...(resource === undefined ? {} : { resource }),
  ...(waitsFor === undefined ? {} : { waitsFor }),
});

interface Parts {
  readonly request: CallRequest;
  readonly signal: AbortSignal;
  readonly heartbeat: Heartbeat;
  readonly log: AgentLog;
  readonly soFar: Attempt;
  readonly resource: LeasedResource | undefined;
}

function contextOf({ request, signal, heartbeat, log, soFar, resource }: Parts): AgentContext {
  const { run, plan, task, item, idempotencyKey } = request;
  return {
    signal,
    attempt: soFar.attempt,
    idempotencyKey,
    progress: heartbeat.progress,
    lastProgress: heartbeat.lastProgress,
    log,
    usage({ tokens = 0, usd = 0 }) {
      soFar.usage = addUsage(soFar.usage, { calls: 0, tokens, usd });
    },
    ...(resource === undefined ? {} : { resource }),
    correlation: { run, plan, task, ...(item === undefined ? {} : { item }) },
  };
}

const withFields = (log: AgentLog, fields: Record<string, unknown>): AgentLog => ({
  debug: (message, more) => log.debug(message, { ...fields, ...more }),
  info: (message, more) => log.info(message, { ...fields, ...more }),
  warn: (message, more) => log.warn(message, { ...fields, ...more }),
  error: (message, more) => log.error(message, { ...fields, ...more }),
});
