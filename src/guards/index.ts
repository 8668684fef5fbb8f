// What stands between a worker's calls and the agents, and is shared with other workers: circuit breakers and pools.
import type { Client } from '@temporalio/client';
import type { Permit } from '../activities/permit.js';
import type { Agent, AgentLog } from '../domain/agent.js';
import type { Lease } from '../activities/lease.js';
import { poolUseOf } from '../domain/pool/use.js';
import { createBreakers } from './breaker/permit.js';
import type { Ear } from './ear.js';
import { createPools, type PoolsDeps } from './pool/lease.js';

export interface GuardsDeps extends Pick<PoolsDeps, 'pools' | 'taskQueue' | 'mostWaiting' | 'longestWaitMs'> {
  readonly client: Client;
  readonly ear: Ear;
  readonly log: AgentLog;
  readonly random: () => number;
}

export interface Guards {
  readonly permit: Permit;
  readonly lease: Lease;
  /** Says what has not been said yet, when the last call has ended. */
  close(): Promise<void>;
}

export const isGuarded = (agent: Agent): boolean => agent.breaker !== undefined || poolUseOf(agent) !== undefined;

export function createGuards(deps: GuardsDeps): Guards {
  const since = Date.now();
  const [breakers, pools] = [createBreakers({ ...deps, since }), createPools({ ...deps, since })];
  return {
    permit: breakers.permit,
    lease: pools.lease,
    async close() {
      await Promise.all([breakers.close(), pools.close()]);
    },
  };
}
