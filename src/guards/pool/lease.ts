// The pools of one worker: a session with each pool that its agents use.
import { defined } from '../../domain/json/defined.js';
import type { Client } from '@temporalio/client';
import { AgentError } from '../../activities/errors/agent-error.js';
import { failureTypeOf } from '../../activities/errors/classify.js';
import { policyHash } from '../../activities/agents/version.js';
import type { GuardedCall } from '../../activities/call-agent/guarded-call.js';
import type { CallLease, Lease } from '../../activities/call-agent/lease.js';
import type { AgentLog } from '../../domain/agent/agent.js';
import { expectedTokens } from '../../domain/pool/worker/leases.js';
import { POOL_MESSAGES, poolWorkflowId, RESOURCE_POOL, type PoolNews, type Want } from '../../domain/pool/protocol.js';
import { poolPolicy, type PoolSettings } from '../../domain/pool/settings.js';
import { poolKeyOf, poolNameOf, poolUseOf, type PoolUse } from '../../domain/pool/agent-pool.js';
import { usableRetryAfterMs } from '../../domain/call/retry.js';
import type { WorkerInbox } from '../worker-inbox.js';
import { executeUpdateWithStart, type PlaceOf } from '../../temporal/update-with-start.js';
import { createHealthMonitor } from './health-monitor.js';
import { createPoolKeys } from './key.js';
import { PoolSession } from './session.js';
import { waitForLease, type GrantedLease, type WaitingLimits } from './wait-for-lease.js';

const DEFAULT_PRIORITY = 3;

export interface PoolsDeps extends WaitingLimits {
  readonly pools: readonly PoolSettings[];
  readonly placeOf: PlaceOf;
  readonly client: Client;
  readonly inbox: WorkerInbox;
  readonly log: AgentLog;
  /** When this worker's settings were deployed, in milliseconds since 1970. */
  readonly since: number;
}

export interface Pools {
  readonly lease: Lease;
  close(): Promise<void>;
}

export function createPools(deps: PoolsDeps): Pools {
  const sessions = new Map<string, PoolSession>();
  const wantOf = createWants(deps.pools);
  const waiting = { count: 0 };
  const sessionOf = (name: string): PoolSession => {
    const known = sessions.get(name);
    if (known !== undefined) return known;
    const session = openSession(
      deps,
      deps.pools.find((pool) => pool.name === name)!,
    );
    sessions.set(name, session);
    return session;
  };
  return {
    async lease(call, go) {
      const pool = poolUseOf(call.agent);
      if (pool === undefined) return await go();
      const name = poolNameOf(pool);
      const want = await wantOf(call, pool);
      // A call that has been cancelled needs no lease: it reports the cancellation itself.
      if (call.activity.cancellationSignal.aborted) return await go();
      const granted = await waitForLease({ ...deps, name, session: sessionOf(name), waiting }, call, want);
      return granted === undefined ? await go() : await callWithLease(granted, call, want, go);
    },
    async close() {
      await Promise.all([...sessions.values()].map((session) => session.close()));
    },
  };
}

/** What a call wants of its pool. */
function createWants(pools: readonly PoolSettings[]): (call: GuardedCall, use: PoolUse) => Promise<Want> {
  const metered = new Set(pools.filter(({ rateLimit }) => rateLimit !== undefined).map(({ name }) => name));
  const keyOf = createPoolKeys();
  return async (call, use) => {
    const { agent, request, activity } = call;
    const key = poolKeyOf(use);
    return {
      priority: activity.info.priority?.priorityKey ?? DEFAULT_PRIORITY,
      ...(key === undefined ? {} : { key: await keyOf(call, key) }),
      ...defined({ avoid: request.avoid }),
      ...(metered.has(poolNameOf(use)) ? { tokens: agent.estimate?.tokens ?? 1 } : {}),
    };
  };
}

async function callWithLease<T>(
  { session, lease: { resource }, call, signal }: GrantedLease,
  { tokens }: GuardedCall,
  want: Want,
  go: (held?: CallLease) => Promise<T>,
): Promise<T> {
  try {
    const reply = await go({ resource, signal });
    session.noteSuccess(resource.id);
    return reply;
  } catch (error) {
    if (failureTypeOf(error) === 'Overloaded') {
      session.noteOverload(
        resource.id,
        usableRetryAfterMs(error instanceof AgentError ? error.retryAfterMs : undefined),
      );
    }
    throw error;
  } finally {
    // A call that reports no usage is charged its estimate.
    if (tokens() > 0) session.noteSpent(tokens() - expectedTokens(want));
    session.end(call);
  }
}

function openSession(deps: PoolsDeps, settings: PoolSettings): PoolSession {
  const { client, inbox, log, since, random } = deps;
  const { name } = settings;
  const { scope, taskQueue } = deps.placeOf(settings.taskQueue);
  const policy = poolPolicy(settings);
  const config = { hash: policyHash(policy), since };
  const workflowId = poolWorkflowId(scope, name);
  const entity = {
    workflowType: RESOURCE_POOL,
    workflowId,
    taskQueue,
    input: { pool: name, policy, config },
    summary: `the pool ${name}`,
  };
  const watch = createHealthMonitor(settings.resources, (news) => session.noteHealth(news));
  const session = new PoolSession({
    pool: name,
    worker: inbox.queue,
    policy,
    config,
    log,
    random,
    now: () => performance.now(),
    onChecker: watch,
    send: async (message, withinMs) =>
      (await executeUpdateWithStart(client, entity, { update: POOL_MESSAGES.sync, message, withinMs })) as PoolNews,
  });
  inbox.listen(workflowId, (news) => session.receive(news as PoolNews));
  return session;
}
