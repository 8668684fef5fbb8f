// Guards: the circuit breakers and pools that all calls of a worker pass, and that it shares with other workers.
import type { Client } from '@temporalio/client';
import type { Permit } from '../activities/call-agent/permit.js';
import type { Agent, AgentLog } from '../domain/agent/agent.js';
import type { Lease } from '../activities/call-agent/lease.js';
import { poolUseOf } from '../domain/pool/agent-pool.js';
import { createBreakers } from './breaker/permit.js';
import type { WorkerInbox } from './worker-inbox.js';
import { createPools, type PoolsDeps } from './pool/lease.js';

export interface GuardsDeps extends Pick<PoolsDeps, 'pools' | 'placeOf' | 'mostWaiting' | 'longestWaitMs'> {
  readonly client: Client;
  readonly inbox: WorkerInbox;
  readonly log: AgentLog;
  readonly random: () => number;
}

export interface Guards {
  readonly permit: Permit;
  readonly lease: Lease;
  /** Reports what has not been reported. Called when the last call has ended. */
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
