// Workers and the breaker of one agent without Temporal: the pure parts of both, joined by a simulated network and clock. It plays
// what the shells do: `src/guards/breaker/mirror.ts` for a worker, `src/workflows/entities/circuit-breaker.ts` for the breaker.
import {
  createCircuit,
  FRESH_MS,
  isAtRest,
  noteReport,
  PROBE_LOST_MS,
  settleMembers,
  turnCircuit,
  type Circuit,
} from '../../src/domain/breaker/coordinator.js';
import type { BreakerReport, BreakerTurn, BreakerView } from '../../src/domain/breaker/messages.js';
import {
  ask,
  askAgain,
  createMirror,
  epochOf,
  recheck,
  type CallPermit,
  type CallRefusal,
  type CallWait,
  type MirrorState,
} from '../../src/domain/breaker/mirror.js';
import { missAnswer, nextReport, note, take, takeAnswer } from '../../src/domain/breaker/mirror-report.js';
import type { CallOutcome } from '../../src/domain/breaker/state-machine.js';
import { seeded } from './seeded.js';

export interface Network {
  readonly seed: number;
  readonly latencyMs: number;
  /** Reports and pushes that never arrive, of a hundred. */
  readonly lost: number;
  /** Answers that never arrive, of a hundred: the breaker has taken the report, and the worker does not know. */
  readonly lostAnswers: number;
}

export type Op =
  | { do: 'call'; worker: number; times: number; verdict: CallOutcome['verdict']; takesMs: number; waitsMs: number }
  | { do: 'pass'; ms: number }
  | { do: 'kill'; worker: number }
  | { do: 'cut'; worker: number; ms: number }
  | { do: 'turn'; to: BreakerTurn['to'] };

interface Call {
  readonly verdict: CallOutcome['verdict'];
  /** Between the permit and the call itself: it may wait for a lease. */
  readonly waitsMs: number;
  readonly takesMs: number;
}

interface Running {
  readonly epoch: number;
  readonly born: number | undefined;
  /** Let through by the breaker, not by the worker alone. */
  readonly isPermitted: boolean;
  /** The breaker has given its probe to another worker. */
  isGivenUp: boolean;
}

interface SimulatedWorker {
  readonly name: string;
  readonly mirror: { state: MirrorState };
  isSending: boolean;
  /** When it looks again for a report that is due. */
  wakesAt: number;
  /** The newest view that has reached it, and until when it may go by it: kept apart from the mirror, to judge the mirror by. */
  newest: { readonly view: BreakerView; readonly openUntil: number; freshUntil: number } | undefined;
  waitingForAnswer: Set<Call>;
  waitingForProbe: Call[];
  readonly running: Set<Running>;
  /** The epoch in which it reported an ignored call that the breaker may have taken for one of its probes. */
  ambiguousEpoch?: number;
  cutUntil: number;
}

const PATIENCE_MS = 7_000;
/** A report without an answer by then has failed. */
const SEND_WITHIN_MS = 10_000;
export const PROBES = 2;
const WORKERS = 3;
const TERMS = {
  settings: { window: { count: 6 }, minCalls: 3, openFor: '10s', probes: PROBES, probeFor: '30s' },
  since: 1,
};

export class BreakerCluster {
  /** What must never happen, and did. */
  readonly violations: string[] = [];
  /** Outcomes by `worker/epoch`: noted by its mirror, and reported to the breaker while that was its epoch. */
  readonly noted = new Map<string, number>();
  readonly counted = new Map<string, number>();
  /** How often each phase was entered. */
  readonly phases = new Map<string, number>();
  /** Breakers that ended because no worker used them. */
  ended = 0;
  circuit: Circuit | undefined;
  private now = 1_000_000;
  private agenda: { at: number; go: () => void }[] = [];
  private workers: SimulatedWorker[];
  private network: Network;
  private names = 0;
  private readonly random: () => number;

  constructor(network: Network) {
    this.network = network;
    this.random = seeded(network.seed);
    this.workers = Array.from({ length: WORKERS }, () => this.newWorker());
    this.settleCircuit();
  }

  act(op: Op): void {
    switch (op.do) {
      case 'call':
        for (let n = 0; n < op.times; n++) this.call(this.workers[op.worker]!, op);
        break;
      case 'pass':
        return this.pass(op.ms);
      case 'kill':
        this.workers[op.worker] = this.newWorker();
        break;
      case 'cut':
        this.workers[op.worker]!.cutUntil = this.now + op.ms;
        break;
      case 'turn':
        this.atBreaker(undefined, (circuit) => turnCircuit(circuit, { to: op.to }, this.now));
        break;
      default:
        op satisfies never;
    }
  }

  /** A network that works, an agent that answers, and no decision of a person: until nothing changes any more. */
  settle(): void {
    this.network = { ...this.network, lost: 0, lostAnswers: 0 };
    for (const worker of this.workers) worker.cutUntil = 0;
    if (this.circuit?.state.phase.startsWith('forced-') === true) this.act({ do: 'turn', to: 'closed' });
    for (let round = 0; round < 30; round++) {
      for (const worker of this.workers) this.call(worker, { verdict: 'succeeded', waitsMs: 0, takesMs: 100 });
      this.pass(10_000);
    }
    this.pass(20_000);
  }

  mirrors = (): readonly { readonly name: string; readonly state: MirrorState }[] =>
    this.workers.map(({ name, mirror }) => ({ name, state: mirror.state }));

  private newWorker(): SimulatedWorker {
    const name = `w${++this.names}`;
    return {
      name,
      mirror: { state: createMirror(name, TERMS, this.now) },
      isSending: false,
      wakesAt: Infinity,
      newest: undefined,
      waitingForAnswer: new Set(),
      waitingForProbe: [],
      running: new Set(),
      cutUntil: 0,
    };
  }

  private isAlive = (worker: SimulatedWorker): boolean => this.workers.includes(worker);

  private call(worker: SimulatedWorker, call: Call): void {
    const decision = ask(worker.mirror.state, this.now);
    if (!('waitsFor' in decision) || decision.waitsFor === 'probe') return this.decided(worker, call, decision);
    worker.waitingForAnswer.add(call);
    if (!worker.isSending) this.report(worker);
    this.in(PATIENCE_MS, () => this.askAgain(worker, call));
  }

  private askAgain(worker: SimulatedWorker, call: Call): void {
    if (!this.isAlive(worker) || !worker.waitingForAnswer.delete(call)) return;
    this.decided(worker, call, askAgain(worker.mirror.state, this.now));
  }

  private decided(worker: SimulatedWorker, call: Call, decision: CallPermit | CallRefusal | CallWait): void {
    if ('waitsFor' in decision) worker.waitingForProbe.push(call);
    else if (decision.permitted) this.begin(worker, call, decision.epoch);
    this.look(worker);
  }

  private begin(worker: SimulatedWorker, call: Call, epoch: number): void {
    this.checkKnownOpen(worker, 'let through');
    const { view, freshUntil = 0 } = { ...worker.newest };
    const running: Running = { epoch, born: view?.born, isPermitted: this.now < freshUntil, isGivenUp: false };
    worker.running.add(running);
    this.checkProbes();
    this.in(call.waitsMs, () => {
      if (!this.isAlive(worker)) return;
      if (!recheck(worker.mirror.state, epoch, this.now).permitted) return this.end(worker, running, 'ignored');
      this.checkKnownOpen(worker, 'begun');
      this.in(call.takesMs, () => this.end(worker, running, call.verdict));
    });
  }

  private end(worker: SimulatedWorker, running: Running, verdict: CallOutcome['verdict']): void {
    if (!this.isAlive(worker)) return;
    worker.running.delete(running);
    // A letter does not identify its call: an ignored call that was not a probe, or not any more, frees the place of a probe.
    const isProbe = running.isPermitted && !running.isGivenUp;
    if (verdict === 'ignored' && !isProbe) worker.ambiguousEpoch = running.epoch;
    const { state } = worker.mirror;
    if (running.epoch === epochOf(state)) count(this.noted, worker.name, running.epoch, 1);
    note(state, running.epoch, { verdict, ms: 1 }, this.now);
    this.look(worker);
  }

  /** Sends the report that is due. */
  private look(worker: SimulatedWorker): void {
    worker.mirror.state = copy(worker.mirror.state);
    const { reportAt } = worker.mirror.state;
    if (reportAt === undefined || worker.isSending) return;
    if (reportAt <= this.now) return this.report(worker);
    if (reportAt >= worker.wakesAt) return;
    worker.wakesAt = reportAt;
    this.in(reportAt - this.now, () => {
      worker.wakesAt = Infinity;
      if (this.isAlive(worker)) this.look(worker);
    });
  }

  private report(worker: SimulatedWorker): void {
    const report = copy(nextReport(worker.mirror.state));
    const waiting = worker.waitingForProbe;
    [worker.waitingForProbe, worker.isSending] = [[], true];
    const finish = (take: () => readonly (CallPermit | CallRefusal)[]) => {
      if (!this.isAlive(worker) || !worker.isSending) return;
      const decisions = take();
      worker.isSending = false;
      waiting.forEach((call, index) => this.decided(worker, call, decisions[index]!));
      for (const call of [...worker.waitingForAnswer]) this.askAgain(worker, call);
      this.look(worker);
    };
    let isOver = false;
    const once = (go: () => void) => () => {
      if (!isOver) go();
      isOver = true;
    };
    this.send(worker, this.network.lost, () => {
      if (isOver) return;
      const view = this.atBreaker(report, (circuit) => noteReport(circuit, report, this.now));
      this.send(
        worker,
        this.network.lostAnswers,
        once(() =>
          finish(() => {
            this.arrived(worker, view);
            return takeAnswer(worker.mirror.state, report, view, this.now).decisions;
          }),
        ),
      );
    });
    this.in(
      SEND_WITHIN_MS,
      once(() =>
        finish(() => {
          if (worker.newest !== undefined) worker.newest.freshUntil = 0;
          return missAnswer(worker.mirror.state, report, this.now).decisions;
        }),
      ),
    );
  }

  /** One update of the breaker: a change of phase is pushed to all workers but the one that is answered. */
  private atBreaker(report: BreakerReport | undefined, update: (circuit: Circuit) => BreakerView): BreakerView {
    const circuit = (this.circuit ??= createCircuit('agent', TERMS, this.now));
    this.giveUpProbes(circuit);
    const { epoch } = circuit.state;
    if (report?.epoch === epoch) count(this.counted, report.worker, epoch, report.calls.length);
    const view = copy(update(circuit));
    if (view.epoch !== epoch) {
      count(this.phases, view.phase, 0, 1);
      for (const name of Object.keys(circuit.members)) if (name !== report?.worker) this.push(name, view);
    }
    this.circuit = copy(circuit);
    this.checkProbes();
    return view;
  }

  private push(name: string, view: BreakerView): void {
    const worker = this.workers.find((one) => one.name === name);
    if (worker === undefined) return;
    const go = () => {
      if (!this.isAlive(worker)) return;
      this.arrived(worker, view);
      take(worker.mirror.state, { ...view, granted: 0 }, this.now);
    };
    this.send(worker, this.network.lost, go);
    // Now and then it comes twice.
    if (this.random() < 0.1) this.send(worker, this.network.lost, go);
  }

  private settleCircuit(): void {
    if (this.circuit !== undefined) {
      this.giveUpProbes(this.circuit);
      settleMembers(this.circuit, this.now);
      if (isAtRest(this.circuit, this.now)) [this.circuit, this.ended] = [undefined, this.ended + 1];
    }
    this.in(FRESH_MS, () => this.settleCircuit());
  }

  private giveUpProbes({ members }: Circuit): void {
    for (const { name, running } of this.workers) {
      const heard = members[name]?.heard ?? -Infinity;
      if (this.now - heard >= PROBE_LOST_MS) for (const one of running) one.isGivenUp = true;
    }
  }

  private checkProbes(): void {
    if (this.circuit === undefined || this.circuit.state.phase !== 'half-open') return;
    const { born, state } = this.circuit;
    const exact = this.workers.filter(({ ambiguousEpoch }) => ambiguousEpoch !== state.epoch);
    const probes = exact.flatMap(({ running }) =>
      [...running].filter((one) => one.isPermitted && !one.isGivenUp && one.epoch === state.epoch && one.born === born),
    );
    if (probes.length > PROBES) this.violations.push(`${probes.length} probes are under way`);
  }

  private arrived(worker: SimulatedWorker, view: BreakerView): void {
    const before = worker.newest?.view;
    if (before?.born === view.born && before.epoch > view.epoch) return;
    worker.newest = { view, openUntil: this.now + (view.waitMs ?? 0), freshUntil: this.now + FRESH_MS };
  }

  private checkKnownOpen({ name, mirror, newest }: SimulatedWorker, what: string): void {
    if (newest === undefined || this.now >= newest.freshUntil) return;
    const { phase } = newest.view;
    const isOpen = phase === 'forced-open' || (phase === 'open' && this.now < newest.openUntil);
    if (isOpen) this.violations.push(`${name}: a call was ${what} while the breaker was known to be ${phase}`);
    const isInDoubt = phase === 'closed' && mirror.state.own.phase === 'open';
    if (isInDoubt) this.violations.push(`${name}: a call was ${what} while its own calls would open the breaker`);
  }

  private send(worker: SimulatedWorker, lost: number, go: () => void): void {
    if (worker.cutUntil > this.now || this.random() * 100 < lost) return;
    this.in(Math.ceil(this.random() * this.network.latencyMs), go);
  }

  private in(ms: number, go: () => void): void {
    this.agenda.push({ at: this.now + ms, go });
  }

  private pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const next = this.agenda.reduce<(typeof this.agenda)[number] | undefined>(
        (first, one) => (one.at <= until && (first === undefined || one.at < first.at) ? one : first),
        undefined,
      );
      if (next === undefined) break;
      this.agenda.splice(this.agenda.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.go();
    }
    this.now = until;
  }
}

function count(counts: Map<string, number>, name: string, epoch: number, more: number): void {
  const key = `${name}/${epoch}`;
  counts.set(key, (counts.get(key) ?? 0) + more);
}

/** Nothing but data goes over a network, or is carried on. */
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
