// A worker's session with one pool: the timer, the sending and the log for the state machine of `domain/pool/worker`. It reports what
// the worker wants and holds, and gives the leases that it gets to the calls that wait.
// S1. At most one turn is under way. Changes during a turn are sent in the next one.
// S2. A turn that was not answered is sent again. Calls wait meanwhile: an unreachable pool grants nothing.
import { defined } from '../../domain/json/defined.js';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AgentError } from '../../activities/errors/agent-error.js';
import { messageOf } from '../../activities/errors/truncate-error.js';
import type { AgentLog } from '../../domain/agent/agent.js';
import { expire, takeAnswer, takePush, missAnswer, nextTurnAt } from '../../domain/pool/worker/receive.js';
import {
  requestLease,
  createLeaseHolder,
  nextTurn,
  release,
  withdraw,
  type HeldLease,
  type LeaseHolder,
} from '../../domain/pool/worker/leases.js';
import type { HealthNews, PoolNews, Sync, Want } from '../../domain/pool/protocol.js';
import type { PoolPolicy } from '../../domain/pool/settings.js';

/** Pause before a turn is sent again: from half of this time to all of it, at random. */
const RETRY_AFTER_MS = 500;
/** A turn without an answer after this time has failed: longer than the server waits for a dead worker that had the pool in its memory. */
const WITHIN_MS = 7_000;
/** How long the last turn may take. There may be no worker left that could answer it, and leases expire by themselves. */
const LAST_WITHIN_MS = 1_000;

export interface SessionDeps {
  readonly pool: string;
  readonly worker: string;
  readonly policy: PoolPolicy;
  readonly config: Sync['config'];
  readonly log: AgentLog;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  send(this: void, turn: Sync, withinMs: number): Promise<PoolNews>;
  /** Called when this session starts or stops running the health checks of the resources. */
  onChecker(this: void, isChecker: boolean): void;
}

interface Caller {
  grant(this: void, lease: HeldLease): void;
  refuse(this: void, why: AgentError): void;
  readonly lost: AbortController;
}

export interface LeaseRequest {
  readonly call: number;
  /** Rejects if the request is refused. */
  readonly lease: Promise<HeldLease>;
  /** Aborts, with the failure as its reason, when the lease is lost. */
  readonly lost: AbortSignal;
}

export class PoolSession {
  private readonly holder: LeaseHolder;
  private readonly callers = new Map<number, Caller>();
  private readonly waiting = new Set<number>();
  private turnUnderWay: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private notBefore = -Infinity;
  private isReached = true;
  private hasWarnedOverruled = false;
  private isClosed = false;

  constructor(private readonly deps: SessionDeps) {
    const { worker, policy } = deps;
    const fresh = { worker, ttlMs: policy.ttlMs, isMetered: policy.rate !== undefined };
    this.holder = createLeaseHolder(fresh, randomUUID());
  }

  request(want: Want): LeaseRequest {
    const call = requestLease(this.holder, want, this.deps.now());
    const lost = new AbortController();
    const lease = new Promise<HeldLease>((grant, refuse) => this.callers.set(call, { grant, refuse, lost }));
    this.waiting.add(call);
    this.update();
    return { call, lease, lost: lost.signal };
  }

  /** The call has ended, or does not want a lease any more. */
  end(call: number): void {
    this.callers.delete(call);
    if (this.waiting.delete(call)) withdraw(this.holder, call);
    else release(this.holder, call, this.deps.now());
    this.update();
  }

  /** The least urgent call that waits, and of several the last one; `undefined`: none waits. */
  lastWaiting = (): { readonly call: number; readonly want: Want } | undefined => this.holder.waiting.at(-1);

  /** Turns away a call that waits. A call that has its lease is not affected. */
  refuse(call: number, why: AgentError): void {
    if (!this.waiting.has(call)) return;
    this.callers.get(call)?.refuse(why);
    this.end(call);
  }

  noteSuccess(resource: string): void {
    this.holder.done[resource] = (this.holder.done[resource] ?? 0) + 1;
  }

  noteOverload(resource: string, retryAfterMs: number | undefined): void {
    this.holder.throttled.push({ resource, ...defined({ retryAfterMs }) });
    this.holder.giveBack = [...this.holder.giveBack, resource];
    this.holder.isDue = true;
  }

  /** Tokens that a call used, less those expected. */
  noteSpent(tokens: number): void {
    this.holder.spent += tokens;
  }

  noteHealth(news: HealthNews): void {
    this.holder.health.push(news);
    this.holder.isDue = true;
    this.update();
  }

  receive(news: PoolNews): void {
    takePush(this.holder, news, this.deps.now());
    this.update();
  }

  /** Returns all leases. Called when the last call has ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.deps.onChecker(false);
    // A turn may be under way that is never answered. Then the leases expire by themselves.
    await Promise.race([this.turnUnderWay, setTimeout(LAST_WITHIN_MS, undefined, { ref: false })]);
    if (this.turnUnderWay !== undefined || this.holder.turn === 0) return;
    this.holder.leases = [];
    this.holder.isDue = false;
    await this.takeTurn();
  }

  /** Gives leases to calls, and sends a turn if one is due. Called after every change. */
  private update(): void {
    const now = this.deps.now();
    this.abortCalls(expire(this.holder, now, randomUUID()));
    for (const lease of this.holder.leases) {
      const { call } = lease;
      if (call === undefined || !this.waiting.delete(call)) continue;
      this.callers.get(call)?.grant(lease);
    }
    this.warnIfOverruled();
    this.deps.onChecker(this.holder.isChecker && !this.isClosed);
    const expires = this.holder.leases.length > 0 ? this.holder.validUntil : Infinity;
    if (this.isClosed || this.turnUnderWay !== undefined) return this.wakeAt(expires);
    const at = Math.max(nextTurnAt(this.holder) ?? Infinity, this.notBefore);
    if (at > now) return this.wakeAt(Math.min(at, expires));
    this.turnUnderWay = this.takeTurn().finally(() => {
      this.turnUnderWay = undefined;
      this.update();
    });
  }

  private wakeAt(at: number): void {
    clearTimeout(this.timer);
    const ms = at - this.deps.now();
    if (Number.isFinite(ms))
      this.timer = globalThis.setTimeout(() => this.update(), Math.max(0, Math.ceil(ms))).unref();
  }

  /** Never rejects. */
  private async takeTurn(): Promise<void> {
    const { holder, deps } = this;
    const turn = nextTurn(holder, deps.now());
    const policy = holder.wantsPolicy ? { policy: deps.policy } : {};
    holder.wantsPolicy = false;
    try {
      const news = await deps.send(
        { ...turn, config: deps.config, ...policy },
        this.isClosed ? LAST_WITHIN_MS : WITHIN_MS,
      );
      this.isReached = true;
      this.abortCalls(takeAnswer(holder, turn, news, deps.now(), randomUUID()));
    } catch (error) {
      missAnswer(holder, turn, randomUUID());
      this.notBefore = deps.now() + (RETRY_AFTER_MS * (1 + deps.random())) / 2;
      if (this.isReached && !this.isClosed) {
        deps.log.warn(`pool ${JSON.stringify(deps.pool)} cannot be reached, so its calls wait: ${messageOf(error)}`);
      }
      this.isReached = false;
    }
  }

  private abortCalls(calls: readonly number[]): void {
    const message = `lease on pool ${JSON.stringify(this.deps.pool)} expired: this worker could not renew it in time`;
    for (const call of calls) this.callers.get(call)?.lost.abort(new AgentError(message, { type: 'LeaseLost' }));
  }

  private warnIfOverruled(): void {
    const { isOverruled } = this.holder;
    if (isOverruled && !this.hasWarnedOverruled) {
      this.deps.log.warn(
        `pool ${JSON.stringify(this.deps.pool)}: the settings of this worker do not apply: a worker with other settings started later`,
      );
    }
    this.hasWarnedOverruled = isOverruled;
  }
}
