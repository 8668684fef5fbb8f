import type { Context } from '@temporalio/activity';
import type { Agent, AgentLog } from '../../domain/agent/agent.js';
import type { CallRequest } from '../../domain/call/request.js';

/** A call that is about to be made, as circuit breakers and pools see it. */
export interface GuardedCall {
  readonly agent: Agent;
  /** Parsed by the agent's schema. */
  readonly input: unknown;
  readonly request: CallRequest;
  readonly activity: Context;
  readonly log: AgentLog;
  /** Milliseconds since the agent was called; 0 before that. */
  agentMs(this: void): number;
  /** Tokens that this attempt has used so far. */
  tokens(this: void): number;
  /** Notes which pool the call is waiting for; `undefined` once it no longer waits. */
  waitsFor(this: void, pool: string | undefined): void;
}
