// The pools of one worker: a session with each that its agents use.
import type { Client } from '@temporalio/client';
import { AgentError } from '../../activities/agent-error.js';
import { failureTypeOf } from '../../activities/classify.js';
import { policyHash } from '../../activities/fingerprint.js';
import type { GuardedCall } from '../../activities/guarded-call.js';
import type { Held, Lease } from '../../activities/lease.js';
import type { AgentLog } from '../../domain/agent.js';
import { formatDuration } from '../../domain/duration.js';
import { tokensOf, type HeldLease } from '../../domain/pool/holder.js';
import { POOL_MESSAGES, poolWorkflowId, RESOURCE_POOL, type PoolNews, type Want } from '../../domain/pool/protocol.js';
import { poolPolicy, type PoolSettings } from '../../domain/pool/settings.js';
import { poolKeyOf, poolNameOf, poolUseOf, type PoolUse } from '../../domain/pool/use.js';
import type { Ear } from '../ear.js';
import { exchange } from '../entity.js';
import { createHealthWatch } from './health-watch.js';
import { createKeys } from './key.js';
import { PoolSession } from './session.js';

const DEFAULT_PRIORITY = 3;
/** Those that are turned away come back over this time, not all at once. */
const COME_BACK_MS = { least: 1_000, most: 5_000 };

export interface PoolsDeps {
  readonly pools: readonly PoolSettings[];
  /** Where pools are that name no Task Queue. */
  readonly taskQueue: string;
  readonly client: Client;
  readonly ear: Ear;
  readonly log: AgentLog;
  /** When this worker's settings were deployed, in milliseconds since 1970. */
  readonly since: number;
  readonly random: () => number;
  /** Calls that may wait for leases at once; those beyond make room for calls that need none. */
  readonly mostWaiting: number;
  /** Milliseconds after which a call that waits makes room for another, and comes back. */
  readonly longestWaitMs: number;
}

export interface Pools {
  readonly lease: Lease;
  close(): Promise<void>;
}

export function createPools(deps: PoolsDeps): Pools {
  const sessions = new Map<string, PoolSession>();
  const metered = new Set(deps.pools.filter(({ rateLimit }) => rateLimit !== undefined).map(({ name }) => name));
  const keyOf = createKeys();
  let waiting = 0;

  const sessionOf = (name: string): PoolSession => {
    const known = sessions.get(name);
    if (known !== undefined) return known;
    const settings = deps.pools.find((pool) => pool.name === name)!;
    const session = openSession(deps, settings);
    sessions.set(name, session);
    return session;
  };

  const wantOf = async (call: GuardedCall, use: PoolUse): Promise<Want> => {
    const { agent, request, activity } = call;
    const key = poolKeyOf(use);
    return {
      priority: activity.info.priority?.priorityKey ?? DEFAULT_PRIORITY,
      ...(key === undefined ? {} : { key: await keyOf(call, key) }),
      ...(request.avoid === undefined ? {} : { avoid: request.avoid }),
      ...(metered.has(poolNameOf(use)) ? { tokens: agent.estimate?.tokens ?? 1 } : {}),
    };
  };

  /** `undefined`: the call has been cancelled, and wants nothing any more. */
  const wait = async ({ activity, waitsFor }: GuardedCall, name: string, want: Want): Promise<Taken | undefined> => {
    const { cancellationSignal: cancelled } = activity;
    if (cancelled.aborted) return undefined;
    const session = sessionOf(name);
    const busyFor = (why: string) => busy(name, why, deps.random());
    if (waiting >= deps.mostWaiting) {
      const why = busyFor(`${waiting} calls of this worker wait for leases already`);
      const last = session.last();
      if (last === undefined || last.want.priority <= want.priority) throw why;
      session.refuse(last.call, why);
    }
    const { call, lease, lost: signal } = session.ask(want);
    const leave = (why: string) => () => session.refuse(call, busyFor(why));
    const onCancel = leave('it was cancelled');
    const tooLong = leave(`nothing of it was free for ${formatDuration(deps.longestWaitMs)}`);
    const timer = setTimeout(tooLong, deps.longestWaitMs);
    cancelled.addEventListener('abort', onCancel, { once: true });
    waiting++;
    waitsFor(name);
    try {
      return { session, lease: await lease, call, signal };
    } catch (error) {
      if (cancelled.aborted) return undefined;
      throw error;
    } finally {
      waiting--;
      waitsFor(undefined);
      clearTimeout(timer);
      cancelled.removeEventListener('abort', onCancel);
    }
  };

  return {
    async lease(call, go) {
      const pool = poolUseOf(call.agent);
      if (pool === undefined) return await go();
      const name = poolNameOf(pool);
      const want = await wantOf(call, pool);
      const taken = await wait(call, name, want);
      // What is cancelled says so itself.
      return taken === undefined ? await go() : await use(taken, call, want, go);
    },
    async close() {
      await Promise.all([...sessions.values()].map((session) => session.close()));
    },
  };
}

interface Taken {
  readonly session: PoolSession;
  readonly lease: HeldLease;
  readonly call: number;
  readonly signal: AbortSignal;
}

async function use<T>(
  { session, lease: { resource }, call, signal }: Taken,
  { tokens }: GuardedCall,
  want: Want,
  go: (held?: Held) => Promise<T>,
): Promise<T> {
  try {
    const reply = await go({ resource, signal });
    session.noteSuccess(resource.id);
    return reply;
  } catch (error) {
    if (failureTypeOf(error) === 'Overloaded') {
      session.noteOverload(resource.id, error instanceof AgentError ? error.retryAfterMs : undefined);
    }
    throw error;
  } finally {
    // Of a call that says nothing, the estimate stands.
    if (tokens() > 0) session.noteSpent(tokens() - tokensOf(want));
    session.end(call);
  }
}

const busy = (pool: string, why: string, random: number): AgentError =>
  new AgentError(`the call waits for pool ${JSON.stringify(pool)} elsewhere: ${why}`, {
    type: 'PoolBusy',
    retryAfterMs: COME_BACK_MS.least + random * (COME_BACK_MS.most - COME_BACK_MS.least),
  });

function openSession(deps: PoolsDeps, settings: PoolSettings): PoolSession {
  const { client, ear, log, since, random } = deps;
  const { name, taskQueue = deps.taskQueue } = settings;
  const policy = poolPolicy(settings);
  const config = { hash: policyHash(policy), since };
  const workflowId = poolWorkflowId(taskQueue, name);
  const entity = {
    workflowType: RESOURCE_POOL,
    workflowId,
    taskQueue,
    input: { pool: name, policy, config },
    summary: `the pool ${name}`,
  };
  const watch = createHealthWatch(settings.resources, (news) => session.noteHealth(news));
  const session = new PoolSession({
    pool: name,
    worker: ear.queue,
    policy,
    config,
    log,
    random,
    now: () => performance.now(),
    onChecker: watch,
    send: async (message, withinMs) =>
      (await exchange(client, entity, { update: POOL_MESSAGES.sync, message, withinMs })) as PoolNews,
  });
  ear.listen(workflowId, (news) => session.hear(news as PoolNews));
  return session;
}
