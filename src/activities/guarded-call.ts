import type { Context } from '@temporalio/activity';
import type { Agent, AgentLog } from '../domain/agent.js';
import type { CallRequest } from '../domain/call.js';

/** A call that is about to be made: what a breaker or a pool may ask about it. */
export interface GuardedCall {
  readonly agent: Agent;
  /** Parsed by the agent's schema. */
  readonly input: unknown;
  readonly request: CallRequest;
  readonly activity: Context;
  readonly log: AgentLog;
  /** Milliseconds since the agent was asked; 0 before. */
  agentMs(this: void): number;
  /** Tokens that this attempt has used so far. */
  tokens(this: void): number;
  /** The pool that it waits for from now on; `undefined`: it waits no more. */
  waitsFor(this: void, pool: string | undefined): void;
}
