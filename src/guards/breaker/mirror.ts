// A worker's mirror of one breaker.
// M1. While the breaker is closed no call waits for it: outcomes go out in batches, and its Workflow says at once when it turns.
// M2. The worker judges what it sees itself by the same rules: where that would open the breaker it lets nothing through until
//     the Workflow, which has seen what all workers have, has answered.
// M3. A mirror that has not been answered for a while asks before it lets a call through.
// M4. While it makes probes it says so every few seconds, or others may make them.
// M5. Where the Workflow cannot be reached, the worker's own judgement is all there is, or nothing goes through: as configured.
import { setTimeout } from 'node:timers/promises';
import { askPermission, createBreaker, noteOutcome, turn, type BreakerState } from '../../domain/breaker/breaker.js';
import { FRESH_MS, PROBE_RENEWED_MS } from '../../domain/breaker/circuit.js';
import type { BreakerReport, BreakerTerms, BreakerView } from '../../domain/breaker/messages.js';
import { breakerPolicy, type BreakerPolicy } from '../../domain/breaker/settings.js';
import { breakerText, callsText } from '../../domain/breaker/text.js';
import type { AgentLog } from '../../domain/agent.js';
import { Courier } from '../courier.js';
import { reasonOf } from '../entity.js';

/** Failures are worth a word soon, successes are not; many failures at once. */
const REPORT_MS = { calm: 5_000, failing: 1_000, worrying: 100 } as const;
/** What has gathered beyond that goes out at once. */
const MAX_BATCH = 1_000;
/** A call waits no longer than this to hear whether it may begin: longer than a Workflow is held back whose worker has died. */
const PATIENCE_MS = 7_000;
/** The worker that ends waits no longer than this. */
const LAST_MS = 2_000;
/** A Workflow that could not be reached is left alone for so long. */
const AGAIN_MS = 5_000;
/** One that lets no more probes through is asked so much later. */
const QUIET_MS = 500;

export type Verdict = 'succeeded' | 'failed' | 'ignored';

/** `waitMs` until it is worth trying again, without jitter; `why` for people. */
export interface Refused {
  readonly permitted: false;
  readonly waitMs: number;
  readonly why: string;
}

export type MirrorAnswer = { readonly permitted: true; readonly epoch: number } | Refused;

export interface MirrorDeps {
  readonly agent: string;
  readonly worker: string;
  readonly terms: BreakerTerms;
  readonly log: AgentLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** One exchange with the Workflow. Rejects if it cannot be reached. */
  readonly send: (report: BreakerReport) => Promise<BreakerView>;
}

type Probing = (answer: MirrorAnswer) => void;

export class BreakerMirror {
  private readonly policy: BreakerPolicy;
  /** What this worker alone has seen, in this epoch. */
  private own: BreakerState;
  private seen: (Pick<BreakerView, 'phase' | 'born' | 'epoch' | 'figures'> & { at: number; until: number }) | undefined;
  private calls = '';
  private probing: Probing[] = [];
  /** Probes that it makes, in this epoch. */
  private underWay = 0;
  private readonly courier = new Courier(() => this.tell());
  private failedAt = -Infinity;
  private quietUntil = 0;
  private failedInARow = 0;
  private isClosing = false;

  constructor(private readonly deps: MirrorDeps) {
    this.policy = breakerPolicy(deps.terms.settings);
    this.own = createBreaker(this.policy, deps.now());
  }

  async ask(): Promise<MirrorAnswer> {
    const now = this.deps.now();
    if (!this.isFresh(now)) {
      if (this.failedAt === -Infinity) await this.hear(PATIENCE_MS);
      // Once it could not be reached no call waits for it: it is asked beside them.
      else this.tellWithin(0);
      if (!this.isFresh(this.deps.now())) return this.alone();
    }
    return this.answer() ?? (await this.askForProbe());
  }

  /** Whether a call that was let through may still begin. */
  recheck(epoch: number): MirrorAnswer {
    const phase = this.seen?.phase;
    const isAsBefore = this.epoch === epoch && (phase === undefined || phase === 'half-open');
    return isAsBefore ? { permitted: true, epoch } : (this.answer() ?? this.refusal(QUIET_MS));
  }

  note(epoch: number, verdict: Verdict, ms: number): void {
    if (epoch !== this.epoch) return;
    const now = this.deps.now();
    this.underWay = Math.max(0, this.underWay - 1);
    const { phase } = this.own;
    if (verdict !== 'ignored') this.failedInARow = verdict === 'failed' ? this.failedInARow + 1 : 0;
    noteOutcome(this.policy, this.own, { verdict, ms }, now);
    const letter = verdict === 'ignored' ? 'I' : verdict === 'failed' ? 'F' : 'S';
    this.calls += ms >= this.policy.slowCallMs ? letter.toLowerCase().replace('i', 'I') : letter;
    const isUrgent = phase !== this.own.phase || this.seen?.phase === 'half-open' || this.calls.length >= MAX_BATCH;
    this.tellWithin(isUrgent ? 0 : this.patience());
  }

  /** What the Workflow says of itself. */
  take(view: BreakerView): void {
    const now = this.deps.now();
    const before = this.seen;
    const { phase, born, epoch, figures, waitMs = 0 } = view;
    // What was said first may come last.
    if (before?.born === born && epoch < before.epoch) return;
    this.seen = { phase, born, epoch, figures, at: now, until: now + waitMs };
    if (before?.phase !== phase && (before !== undefined || phase !== 'closed')) {
      this.deps.log.warn(`the circuit breaker of agent ${JSON.stringify(this.deps.agent)} is ${breakerText(view)}`);
    }
    if (before?.epoch !== epoch) [this.calls, this.underWay] = ['', 0];
    // What this worker feared is judged, if all of it has been told: it begins anew, with what it knows now.
    const isJudged = this.own.phase !== phase && this.calls === '';
    if (before?.epoch !== epoch || before.born !== born || isJudged) {
      this.own = createBreaker(this.policy, now);
      if (phase !== 'closed') turn(this.policy, this.own, phase, now, waitMs);
      this.failedInARow = 0;
    }
  }

  /** Says what there is left to say. */
  async close(): Promise<void> {
    // The worker may have been the last one that could have answered.
    this.isClosing = true;
    this.courier.stay();
    if (this.calls !== '') await this.hear(LAST_MS);
    this.courier.stay();
  }

  private async hear(withinMs: number): Promise<void> {
    await Promise.race([this.courier.leave(), setTimeout(withinMs, undefined, { ref: false })]);
  }

  private get epoch(): number {
    return this.seen?.epoch ?? -1;
  }

  private isFresh(now: number): boolean {
    return this.seen !== undefined && now - this.seen.at < FRESH_MS;
  }

  /** By what is known here; `undefined` where a probe has to be asked for. */
  private answer(): MirrorAnswer | undefined {
    const { phase, until, epoch } = this.seen!;
    const now = this.deps.now();
    if (phase === 'forced-open') return this.refusal(this.policy.openFor.initialMs);
    if (phase === 'open') return now < until ? this.refusal(until - now) : undefined;
    if (phase === 'half-open') return undefined;
    if (this.own.phase === 'open' && phase === 'closed') return this.refusal(QUIET_MS);
    return { permitted: true, epoch };
  }

  private askForProbe(): Promise<MirrorAnswer> | MirrorAnswer {
    if (this.deps.now() < this.quietUntil || this.probing.length >= this.policy.probes) return this.refusal(QUIET_MS);
    return new Promise((resolve) => {
      this.probing.push(resolve);
      this.courier.within(0);
    });
  }

  private alone(): MirrorAnswer {
    if (this.deps.terms.settings.whenUnreachable === 'refuse') {
      const why = 'its circuit breaker cannot be reached, and is configured to let no call through then';
      return { permitted: false, waitMs: AGAIN_MS, why };
    }
    if (this.own.phase === 'forced-open') return this.refusal(this.policy.openFor.initialMs);
    const permission = askPermission(this.policy, this.own, this.deps.now());
    if (permission.permitted) return { permitted: true, epoch: this.epoch };
    return {
      permitted: false,
      waitMs: permission.waitMs ?? QUIET_MS,
      why: 'its circuit breaker is open in this worker',
    };
  }

  private refusal(waitMs: number): Refused {
    const { phase, figures } = this.seen!;
    const doubted =
      phase === 'closed' ? 'being asked: too many calls have failed' : `${phase}: ${callsText({ figures })}`;
    return { permitted: false, waitMs, why: `its circuit breaker is ${doubted}` };
  }

  private patience(): number {
    if (this.failedInARow === 0 && !this.calls.includes('F') && !this.calls.includes('f')) return REPORT_MS.calm;
    const { calls, failed } = this.own.window.sum;
    const isWorrying = this.failedInARow >= 2 || (failed / Math.max(1, calls)) * 100 >= this.policy.failureRate / 2;
    return isWorrying ? REPORT_MS.worrying : REPORT_MS.failing;
  }

  private tellWithin(ms: number): void {
    this.courier.within(Math.max(ms, this.failedAt + AGAIN_MS - this.deps.now()));
  }

  private async tell(): Promise<void> {
    const { agent, worker, terms, now, send, log } = this.deps;
    const [calls, probing] = [this.calls, this.probing];
    [this.calls, this.probing] = ['', []];
    try {
      const view = await send({ worker, terms, epoch: Math.max(0, this.epoch), calls, probes: probing.length });
      this.failedAt = -Infinity;
      this.take(view);
      this.underWay += view.granted;
      if (view.phase === 'half-open' && view.granted < probing.length) this.quietUntil = now() + QUIET_MS;
      probing.forEach((settle, place) =>
        settle(place < view.granted ? { permitted: true, epoch: view.epoch } : this.settled()),
      );
    } catch (error) {
      const isFirst = this.failedAt === -Infinity;
      this.failedAt = now();
      // Whoever asks next finds out by itself.
      if (this.seen !== undefined) this.seen.at = -Infinity;
      this.calls = (calls + this.calls).slice(-MAX_BATCH);
      const what = terms.settings.whenUnreachable === 'refuse' ? 'no call goes through' : 'calls go through';
      const why = reasonOf(error);
      if (isFirst && !this.isClosing)
        log.warn(`the circuit breaker of agent ${JSON.stringify(agent)} cannot be reached, so ${what}: ${why}`);
      for (const settle of probing) settle(this.alone());
    }
    // What has gathered meanwhile.
    if (this.calls !== '') this.tellWithin(this.patience());
    if (this.underWay > 0 && !this.isClosing) this.tellWithin(PROBE_RENEWED_MS);
  }

  private settled(): MirrorAnswer {
    return this.answer() ?? this.refusal(QUIET_MS);
  }
}
