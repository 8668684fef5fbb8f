// Workers and a pool without Temporal: the pure parts of both, joined by a simulated network and a simulated clock.
import { alterPool } from '../../src/domain/pool/coordinator/alter.js';
import { nextChange, settleTime } from '../../src/domain/pool/coordinator/expire.js';
import { grantAll } from '../../src/domain/pool/coordinator/grant.js';
import { expire, takeAnswer, takePush, missAnswer, nextTurnAt } from '../../src/domain/pool/worker/receive.js';
import {
  requestLease,
  createLeaseHolder,
  leaseOfCall,
  nextTurn,
  release,
  withdraw,
  type LeaseHolder,
  type Turn,
} from '../../src/domain/pool/worker/leases.js';
import { createPool, leasesInUse, type PoolState } from '../../src/domain/pool/coordinator/state.js';
import type { PoolNews } from '../../src/domain/pool/protocol.js';
import { poolPolicy, type PoolSettings } from '../../src/domain/pool/settings.js';
import { newsFor, takeTurn } from '../../src/domain/pool/coordinator/take-turn.js';
import { seeded } from './seeded.js';

export interface Network {
  readonly seed: number;
  readonly lost: number;
  readonly latencyMs: number;
  readonly isMetered: boolean;
  readonly strategy: NonNullable<PoolSettings['strategy']>;
  readonly capacity?: number;
}

export type Op =
  | { do: 'call'; worker: number; priority: number; takes: number; times: number; avoid?: string | undefined }
  | { do: 'pass'; ms: number }
  | { do: 'kill' | 'cancel'; worker: number }
  | { do: 'cut'; worker: number; ms: number }
  | { do: 'drain' | 'remove'; id: string }
  | { do: 'add'; id: string; capacity: number }
  | { do: 'overload'; worker: number; ms: number }
  | { do: 'ill'; worker: number; id: string; isIll: boolean };

interface Call {
  readonly number: number;
  readonly takes: number;
  /** While it runs. */
  endsAt?: number;
}

interface SimulatedWorker {
  holder: LeaseHolder;
  /** How far its clock is ahead of the pool's. */
  readonly ahead: number;
  readonly calls: Map<number, Call>;
  underWay: Turn | undefined;
  /** When it may send again after a turn that was lost. */
  notBefore: number;
  cutUntil: number;
}

const TTL_MS = 6_000;
const WORKERS = 4;
/** A turn without an answer counts as lost. */
const PATIENCE_MS = 1_500;
const CONFIG = { hash: 'x', since: 0 };

export class Cluster {
  private now = 1_000;
  private readonly random: () => number;
  private lost: number;
  private state: PoolState;
  private readonly workers: SimulatedWorker[];
  private agenda: { at: number; go: () => void }[] = [];
  private readonly above: string[] = [];
  private readonly order: number[] = [];
  private sessions = 0;
  private numbers = 0;

  constructor(private readonly network: Network) {
    this.random = seeded(network.seed);
    this.lost = network.lost;
    const { capacity = 2, strategy, isMetered } = network;
    const resources = [
      { id: 'a', capacity },
      ...(network.capacity === undefined ? [{ id: 'b', capacity: 3, weight: 2 }] : []),
    ];
    const rate = isMetered ? { rateLimit: { limit: 20, per: '1s', unit: 'tokens' as const } } : {};
    this.state = createPool(
      poolPolicy({ name: 'p', resources, strategy, ttl: `${TTL_MS}ms`, ...rate }),
      CONFIG,
      this.now,
    );
    this.workers = Array.from({ length: WORKERS }, (_, index) => this.newWorker(index));
  }

  act(op: Op): void {
    switch (op.do) {
      case 'call': {
        const worker = this.workers[op.worker]!;
        const avoid = op.avoid === undefined ? {} : { avoid: op.avoid };
        for (let n = 0; n < op.times; n++) {
          const id = requestLease(worker.holder, { priority: op.priority, ...avoid }, this.clock(worker));
          worker.calls.set(id, { number: this.numbers++, takes: op.takes });
        }
        break;
      }
      case 'pass':
        return this.pass(this.now + op.ms);
      case 'kill': {
        this.workers[op.worker] = this.newWorker(op.worker);
        break;
      }
      case 'cut':
        this.workers[op.worker]!.cutUntil = this.now + op.ms;
        break;
      case 'cancel': {
        const worker = this.workers[op.worker]!;
        const [id] = [...worker.calls.keys()];
        if (id !== undefined) this.end(worker, id);
        break;
      }
      case 'overload': {
        const { holder } = this.workers[op.worker]!;
        const lease = holder.leases[0];
        if (lease !== undefined) holder.throttled.push({ resource: lease.resource.id, retryAfterMs: op.ms });
        break;
      }
      case 'ill':
        this.workers[op.worker]!.holder.health.push({ resource: op.id, ill: op.isIll ? 'no answer' : null });
        break;
      case 'add': {
        const { id, capacity } = op;
        alterPool(this.state, { do: 'add', resource: { id, capacity, weight: 1, labels: {} } });
        break;
      }
      default:
        alterPool(this.state, op);
    }
    this.look();
  }

  heal(): void {
    this.lost = 0;
    for (const worker of this.workers) worker.cutUntil = 0;
    for (const one of this.state.resources) delete one.ill;
    // Those that wait for a resource without a health check would wait for ever.
    for (const { holder } of this.workers) holder.health = [];
    this.look();
  }

  settle(): void {
    this.pass(this.now + 600_000);
  }

  waiting = (): number => this.workers.reduce((sum, { calls }) => sum + calls.size, 0);
  served = (): readonly number[] => this.order;
  mostAbove = (): readonly string[] => this.above;

  heldBySomebody(): Record<string, number> {
    return Object.fromEntries(leasesInUse(this.state));
  }

  private newWorker(index: number): SimulatedWorker {
    const { isMetered } = this.network;
    const holder = createLeaseHolder({ worker: `w${index}`, ttlMs: TTL_MS, isMetered }, this.newSession());
    const ahead = Math.floor(this.random() * 1e6);
    return { holder, ahead, calls: new Map(), underWay: undefined, notBefore: 0, cutUntil: 0 };
  }

  private newSession = (): string => `s${++this.sessions}`;
  private clock = ({ ahead }: SimulatedWorker): number => this.now + ahead;

  private pass(until: number): void {
    for (;;) {
      this.look();
      const next = Math.min(
        ...this.agenda.map(({ at }) => at),
        ...this.workers.map((worker) => this.nextOf(worker)),
        nextChange(this.state) ?? Infinity,
      );
      if (next > until) break;
      this.now = Math.max(this.now + (next <= this.now ? 1 : 0), next);
      const due = this.agenda.filter(({ at }) => at <= this.now);
      this.agenda = this.agenda.filter(({ at }) => at > this.now);
      for (const { go } of due.toSorted((a, b) => a.at - b.at)) {
        go();
        this.look();
      }
    }
    this.now = Math.max(this.now, until);
  }

  private nextOf(worker: SimulatedWorker): number {
    const { holder, calls, ahead, underWay, notBefore } = worker;
    const turn = underWay === undefined ? (nextTurnAt(holder) ?? Infinity) - ahead : Infinity;
    const ends = [...calls.values()].map(({ endsAt }) => endsAt ?? Infinity);
    const validUntil = holder.leases.length > 0 ? holder.validUntil - ahead : Infinity;
    return Math.min(Math.max(turn, notBefore, this.now), validUntil, ...ends);
  }

  /** All that is due now, on all sides. */
  private look(): void {
    settleTime(this.state, this.now);
    grantAll(this.state, { now: this.now, random: this.random });
    for (const id of [...this.state.toTell]) {
      const news = copy(newsFor(this.state, id, this.now));
      const worker = this.workerOf(id);
      if (worker !== undefined) this.send(worker, () => takePush(worker.holder, news, this.clock(worker)));
    }
    for (const worker of this.workers) {
      const now = this.clock(worker);
      for (const [id, { endsAt }] of worker.calls) if (endsAt !== undefined && endsAt <= this.now) this.end(worker, id);
      this.abort(worker, expire(worker.holder, now, this.newSession()));
      this.begin(worker);
      const at = nextTurnAt(worker.holder);
      if (worker.underWay === undefined && at !== undefined && at <= now && worker.notBefore <= this.now)
        this.speak(worker);
    }
    this.check();
  }

  private workerOf = (session: string): SimulatedWorker | undefined =>
    this.workers.find(({ holder }) => holder.session === session);

  /** Calls that have got their leases begin. */
  private begin(worker: SimulatedWorker): void {
    for (const [id, call] of worker.calls) {
      if (call.endsAt !== undefined || leaseOfCall(worker.holder, id) === undefined) continue;
      call.endsAt = this.now + call.takes;
      this.order.push(call.number);
    }
  }

  private end(worker: SimulatedWorker, id: number): void {
    worker.calls.delete(id);
    if (leaseOfCall(worker.holder, id) === undefined) withdraw(worker.holder, id);
    else release(worker.holder, id, this.clock(worker));
    this.begin(worker);
  }

  private abort(worker: SimulatedWorker, lost: readonly number[]): void {
    for (const id of lost) worker.calls.delete(id);
  }

  private speak(worker: SimulatedWorker): void {
    const turn = nextTurn(worker.holder, this.clock(worker));
    worker.underWay = turn;
    let isOver = false;
    this.send(worker, () => {
      const moment = { now: this.now, random: this.random };
      const news = copy(takeTurn(this.state, { ...copy(turn), config: CONFIG }, moment));
      this.send(worker, () => {
        if (isOver || !this.workers.includes(worker)) return;
        isOver = true;
        worker.underWay = undefined;
        this.abort(worker, takeAnswer(worker.holder, turn, news, this.clock(worker), this.newSession()));
      });
    });
    this.agenda.push({
      at: this.now + PATIENCE_MS,
      go: () => {
        if (isOver || !this.workers.includes(worker)) return;
        isOver = true;
        worker.underWay = undefined;
        worker.notBefore = this.now + 200;
        missAnswer(worker.holder, turn, this.newSession());
      },
    });
  }

  /** Late, lost, or, now and then, very late. */
  private send(worker: SimulatedWorker, go: () => void): void {
    if (worker.cutUntil > this.now || this.random() * 100 < this.lost) return;
    const slow = this.random() * 100 < this.lost / 4 ? 20 : 1;
    this.agenda.push({ at: this.now + Math.ceil(this.random() * this.network.latencyMs * slow), go });
  }

  private check(): void {
    const used = new Map<string, number>();
    for (const { holder } of this.workers) {
      for (const { resource, call } of holder.leases) {
        if (call !== undefined) used.set(resource.id, (used.get(resource.id) ?? 0) + 1);
      }
    }
    for (const [id, count] of used) {
      const limit = this.state.resources.find((one) => one.id === id)?.capacity ?? 0;
      if (count > Math.max(limit, this.capacities.get(id) ?? 0))
        this.above.push(`${id}: ${count} of ${limit} at ${this.now}`);
    }
    for (const { id, capacity } of this.state.resources)
      this.capacities.set(id, Math.max(capacity, this.capacities.get(id) ?? 0));
  }

  /** A capacity that is lowered takes effect as calls end. */
  private readonly capacities = new Map<string, number>([
    ['a', 2],
    ['b', 3],
  ]);
}

/** Nothing but data goes over a network. */
const copy = <T extends PoolNews | Turn>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
