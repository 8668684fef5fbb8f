// What an agent is given together with its input.
import { defined } from '../../domain/json/defined.js';
import type { AgentContext, AgentLog } from '../../domain/agent/agent.js';
import { type CallRequest } from '../../domain/call/request.js';
import { addUsage } from '../../domain/call/usage.js';
import type { AgentCall } from './stage.js';

export interface GivenToAgent {
  readonly signal: AbortSignal;
  readonly request: AgentContext['request'];
}

export function agentContext(
  { request, attempt, heartbeat, log, lease, maxOutputBytes, secrets }: AgentCall,
  { signal, request: sendRequest }: GivenToAgent,
): AgentContext {
  const { run, plan, task, item, idempotencyKey } = request;
  return {
    signal,
    attempt: attempt.number,
    idempotencyKey,
    progress: (value) => heartbeat.progress(secrets.value(value)),
    lastProgress: heartbeat.lastProgress,
    log,
    secret: (source, what = 'the agent', hint) =>
      secrets.read(typeof source === 'string' ? { $secret: source } : source, what, hint),
    redactor: secrets,
    usage({ tokens = 0, usd = 0 }) {
      attempt.usage = addUsage(attempt.usage, { calls: 0, tokens, usd });
    },
    maxOutputBytes,
    ...defined({ resource: lease?.resource, request: sendRequest }),
    correlation: { run, plan, task, ...defined({ item }) },
  };
}

/** A log whose every line names the task, the agent and the item of the call. */
export function callLog(log: AgentLog, { task, agent, item }: CallRequest): AgentLog {
  const fields = { task, agent, ...defined({ item }) };
  return {
    debug: (message, more) => log.debug(message, { ...fields, ...more }),
    info: (message, more) => log.info(message, { ...fields, ...more }),
    warn: (message, more) => log.warn(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}
