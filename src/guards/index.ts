// What stands between a worker's calls and the agents, and is shared with other workers: circuit breakers.
import type { Client } from '@temporalio/client';
import type { Permit } from '../activities/permit.js';
import type { Agent, AgentLog } from '../domain/agent.js';
import { createBreakers } from './breaker/permit.js';
import type { Ear } from './ear.js';

export interface GuardsDeps {
  readonly client: Client;
  readonly ear: Ear;
  readonly log: AgentLog;
  readonly random: () => number;
}

export interface Guards {
  readonly permit: Permit;
  /** Says what has not been said yet, when the last call has ended. */
  close(): Promise<void>;
}

export const isGuarded = ({ breaker }: Agent): boolean => breaker !== undefined;

export function createGuards(deps: GuardsDeps): Guards {
  const breakers = createBreakers({ ...deps, since: Date.now() });
  return { permit: breakers.permit, close: () => breakers.close() };
}
