// What an agent is given together with its input.
import { defined } from '../../domain/json/defined.js';
import type { AgentContext, AgentLog } from '../../domain/agent/agent.js';
import { type CallRequest } from '../../domain/call/request.js';
import { addUsage } from '../../domain/call/usage.js';
import { correlationFields } from '../../domain/trace/log-fields.js';
import type { RunningAgent } from './run-in-time.js';
import type { OutgoingCorrelation } from '../trace/correlation.js';
import type { AgentCall } from './stage.js';

export interface GivenToAgent extends RunningAgent {
  readonly request: AgentContext['request'];
  readonly brokerUrl: AgentContext['brokerUrl'];
}

export function agentContext(
  { request, attempt, heartbeat, log, lease, maxOutputBytes, secrets, correlation }: AgentCall,
  { signal, active, request: sendRequest, brokerUrl }: GivenToAgent,
): AgentContext {
  const { run, plan, task, item, idempotencyKey } = request;
  return {
    signal,
    attempt: attempt.number,
    idempotencyKey,
    progress(value) {
      active();
      heartbeat.progress(secrets.value(value));
    },
    active,
    lastProgress: heartbeat.lastProgress,
    log,
    secret: (source, what = 'the agent', hint) =>
      secrets.read(typeof source === 'string' ? { $secret: source } : source, what, hint),
    redactor: secrets,
    usage({ tokens = 0, usd = 0 }) {
      attempt.usage = addUsage(attempt.usage, { calls: 0, tokens, usd });
    },
    maxOutputBytes,
    ...defined({ resource: lease?.resource, request: sendRequest, brokerUrl }),
    correlation: { run, plan, task, ...defined({ item }), ...correlation },
    ...(attempt.timings.isTraced ? { modelCalled: (chat) => attempt.timings.addChat(chat) } : {}),
  };
}

/** A log whose every line names the run, the plan, the task, the item and the agent of the call, and leads to its trace. */
export function callLog(
  log: AgentLog,
  { run, plan, task, agent, item }: CallRequest,
  correlation: OutgoingCorrelation = {},
): AgentLog {
  const fields = { run, plan, task, ...defined({ item }), agent, ...correlationFields(correlation) };
  return {
    debug: (message, more) => log.debug(message, { ...fields, ...more }),
    info: (message, more) => log.info(message, { ...fields, ...more }),
    warn: (message, more) => log.warn(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}
