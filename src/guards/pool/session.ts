// A worker's session with one pool: it says what is wanted and held, and hands what it gets to the calls that wait.
// S1. At most one turn is under way; what has gathered meanwhile goes with the next.
// S2. What cannot be told is told again; the calls wait, for a pool that cannot be reached grants nothing.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AgentError } from '../../activities/agent-error.js';
import { messageOf } from '../../activities/bounded-error.js';
import type { AgentLog } from '../../domain/agent.js';
import { expire, hearAnswer, hearPush, missAnswer, nextTurnAt } from '../../domain/pool/hear.js';
import {
  ask,
  createHolder,
  nextTurn,
  release,
  withdraw,
  type HeldLease,
  type Holder,
} from '../../domain/pool/holder.js';
import type { HealthNews, PoolNews, Sync, Want } from '../../domain/pool/protocol.js';
import type { PoolPolicy } from '../../domain/pool/settings.js';

/** Before a turn is told again that could not be told: half to all of it. */
const AGAIN_AFTER_MS = 500;
/** A turn without an answer by then is told again: longer than the server waits for a worker that has died with the pool in its memory. */
const WITHIN_MS = 7_000;
/** Of the last turn: perhaps there is no worker any more that could answer, and leases end by themselves. */
const LAST_WITHIN_MS = 1_000;

export interface SessionDeps {
  readonly pool: string;
  readonly worker: string;
  readonly policy: PoolPolicy;
  readonly config: Sync['config'];
  readonly log: AgentLog;
  readonly random: () => number;
  /** Uniform, and going on whatever is done to the clock on the wall; in milliseconds. */
  readonly now: () => number;
  send(this: void, turn: Sync, withinMs: number): Promise<PoolNews>;
  /** It is this session that looks after the health of the resources, or not any more. */
  onChecker(this: void, isChecker: boolean): void;
}

interface Caller {
  grant(this: void, lease: HeldLease): void;
  refuse(this: void, why: AgentError): void;
  readonly lost: AbortController;
}

export interface Asked {
  readonly call: number;
  /** Rejects where it is refused. */
  readonly lease: Promise<HeldLease>;
  /** Aborts, with the failure as its reason, when the lease is lost. */
  readonly lost: AbortSignal;
}

export class PoolSession {
  private readonly holder: Holder;
  private readonly callers = new Map<number, Caller>();
  private readonly waiting = new Set<number>();
  private speaking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private notBefore = -Infinity;
  private isReached = true;
  private knowsOverruled = false;
  private isClosed = false;

  constructor(private readonly deps: SessionDeps) {
    const { worker, policy } = deps;
    const fresh = { worker, ttlMs: policy.ttlMs, isMetered: policy.rate !== undefined };
    this.holder = createHolder(fresh, randomUUID());
  }

  ask(want: Want): Asked {
    const call = ask(this.holder, want, this.deps.now());
    const lost = new AbortController();
    const lease = new Promise<HeldLease>((grant, refuse) => this.callers.set(call, { grant, refuse, lost }));
    this.waiting.add(call);
    this.look();
    return { call, lease, lost: lost.signal };
  }

  /** The call is over, or does not want a lease any more. */
  end(call: number): void {
    this.callers.delete(call);
    if (this.waiting.delete(call)) withdraw(this.holder, call);
    else release(this.holder, call, this.deps.now());
    this.look();
  }

  /** The least urgent of those that wait, and of these the last to come; `undefined`: nobody waits. */
  last = (): { readonly call: number; readonly want: Want } | undefined => this.holder.waiting.at(-1);

  /** Does nothing to a call that has its lease already. */
  refuse(call: number, why: AgentError): void {
    if (!this.waiting.has(call)) return;
    this.callers.get(call)?.refuse(why);
    this.end(call);
  }

  noteSuccess(resource: string): void {
    this.holder.done[resource] = (this.holder.done[resource] ?? 0) + 1;
  }

  noteOverload(resource: string, retryAfterMs: number | undefined): void {
    this.holder.throttled.push({ resource, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
    this.holder.giveBack = [...this.holder.giveBack, resource];
    this.holder.isDue = true;
  }

  /** What a call has used above what was expected. */
  noteSpent(tokens: number): void {
    this.holder.spent += tokens;
  }

  noteHealth(news: HealthNews): void {
    this.holder.health.push(news);
    this.holder.isDue = true;
    this.look();
  }

  hear(news: PoolNews): void {
    hearPush(this.holder, news, this.deps.now());
    this.look();
  }

  /** Gives back what is held, when the last call has ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.deps.onChecker(false);
    // What is under way may be a turn that nobody answers any more: the leases end by themselves then.
    await Promise.race([this.speaking, setTimeout(LAST_WITHIN_MS, undefined, { ref: false })]);
    if (this.speaking !== undefined || this.holder.turn === 0) return;
    this.holder.leases = [];
    this.holder.isDue = false;
    await this.speak();
  }

  /** After anything that may alter what is to be done. */
  private look(): void {
    const now = this.deps.now();
    this.lose(expire(this.holder, now, randomUUID()));
    for (const lease of this.holder.leases) {
      const { call } = lease;
      if (call === undefined || !this.waiting.delete(call)) continue;
      this.callers.get(call)?.grant(lease);
    }
    this.sayOverruled();
    this.deps.onChecker(this.holder.isChecker && !this.isClosed);
    const expires = this.holder.leases.length > 0 ? this.holder.validUntil : Infinity;
    if (this.isClosed || this.speaking !== undefined) return this.wakeAt(expires);
    const at = Math.max(nextTurnAt(this.holder) ?? Infinity, this.notBefore);
    if (at > now) return this.wakeAt(Math.min(at, expires));
    this.speaking = this.speak().finally(() => {
      this.speaking = undefined;
      this.look();
    });
  }

  private wakeAt(at: number): void {
    clearTimeout(this.timer);
    const ms = at - this.deps.now();
    if (Number.isFinite(ms)) this.timer = globalThis.setTimeout(() => this.look(), Math.max(0, Math.ceil(ms))).unref();
  }

  /** Never rejects. */
  private async speak(): Promise<void> {
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
      this.lose(hearAnswer(holder, turn, news, deps.now(), randomUUID()));
    } catch (error) {
      missAnswer(holder, turn, randomUUID());
      this.notBefore = deps.now() + (AGAIN_AFTER_MS * (1 + deps.random())) / 2;
      if (this.isReached && !this.isClosed) {
        deps.log.warn(`pool ${JSON.stringify(deps.pool)} cannot be reached, so its calls wait: ${messageOf(error)}`);
      }
      this.isReached = false;
    }
  }

  private lose(calls: readonly number[]): void {
    const message = `pool ${JSON.stringify(this.deps.pool)} could not be told in time that the call goes on: it has lost its lease`;
    for (const call of calls) this.callers.get(call)?.lost.abort(new AgentError(message, { type: 'LeaseLost' }));
  }

  private sayOverruled(): void {
    const { isOverruled } = this.holder;
    if (isOverruled && !this.knowsOverruled) {
      this.deps.log.warn(
        `pool ${JSON.stringify(this.deps.pool)}: the settings of a worker that started later hold; those of this worker differ from them`,
      );
    }
    this.knowsOverruled = isOverruled;
  }
}
