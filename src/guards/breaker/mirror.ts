// A worker's mirror of one breaker: the timer, the sending and the log for the state machine of `domain/breaker/mirror.ts`.
import { setTimeout } from 'node:timers/promises';
import type { AgentLog } from '../../domain/agent/agent.js';
import type { BreakerReport, BreakerTerms, BreakerView } from '../../domain/breaker/messages.js';
import {
  ask,
  askAgain,
  createMirror,
  recheck,
  type CallPermit,
  type CallRefusal,
  type MirrorState,
} from '../../domain/breaker/mirror.js';
import { missAnswer, nextReport, note, take, takeAnswer } from '../../domain/breaker/mirror-report.js';
import type { CallOutcome } from '../../domain/breaker/state-machine.js';
import { breakerText } from '../../domain/breaker/text.js';
import { reasonOf } from '../../temporal/update-with-start.js';
import { BatchedSender } from '../batched-sender.js';

/** How long a call waits for the first answer: longer than the server waits before it gives a Workflow of a dead worker to another one. */
const ANSWER_WITHIN_MS = 7_000;
/** How long a worker that shuts down waits for its last report. */
const LAST_REPORT_WITHIN_MS = 2_000;

export interface MirrorDeps {
  readonly agent: string;
  readonly worker: string;
  readonly terms: BreakerTerms;
  readonly log: AgentLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** One exchange with the Workflow. Rejects if the Workflow cannot be reached. */
  readonly send: (report: BreakerReport) => Promise<BreakerView>;
}

export class BreakerMirror {
  private readonly state: MirrorState;
  private readonly sender = new BatchedSender(() => this.report());
  /** Calls that wait for a probe, in their order. */
  private waiting: ((decision: CallPermit | CallRefusal) => void)[] = [];
  private isClosing = false;

  constructor(private readonly deps: MirrorDeps) {
    this.state = createMirror(deps.worker, deps.terms, deps.now());
  }

  async ask(): Promise<CallPermit | CallRefusal> {
    const { state, deps } = this;
    let decision = ask(state, deps.now());
    if ('waitsFor' in decision && decision.waitsFor === 'answer') {
      await this.reportNow(ANSWER_WITHIN_MS);
      decision = askAgain(state, deps.now());
    }
    this.schedule();
    if (!('waitsFor' in decision)) return decision;
    return await new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Whether a call that was let through may still begin. */
  recheck(epoch: number): CallPermit | CallRefusal {
    return recheck(this.state, epoch, this.deps.now());
  }

  note(epoch: number, outcome: CallOutcome): void {
    note(this.state, epoch, outcome, this.deps.now());
    this.schedule();
  }

  /** Takes what the Workflow pushes. */
  receive(view: BreakerView): void {
    const { hasTurned } = take(this.state, view, this.deps.now());
    if (hasTurned) this.logPhaseChange(view);
  }

  /** Reports what has not been reported. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.sender.cancel();
    // The Workflow may have run in this worker alone, so an answer may never come.
    if (this.state.calls !== '') await this.reportNow(LAST_REPORT_WITHIN_MS);
    this.sender.cancel();
  }

  private async reportNow(withinMs: number): Promise<void> {
    await Promise.race([this.sender.flush(), setTimeout(withinMs, undefined, { ref: false })]);
  }

  private schedule(): void {
    const { reportAt } = this.state;
    if (reportAt !== undefined) this.sender.schedule(Math.max(0, reportAt - this.deps.now()));
  }

  /** Never rejects. */
  private async report(): Promise<void> {
    const { state, deps } = this;
    const waiting = this.waiting;
    this.waiting = [];
    const report = nextReport(state);
    const settle = (decisions: readonly (CallPermit | CallRefusal)[]) =>
      waiting.forEach((resolve, index) => resolve(decisions[index]!));
    try {
      const view = await deps.send(report);
      const { hasTurned, decisions } = takeAnswer(state, report, view, deps.now());
      if (hasTurned) this.logPhaseChange(view);
      settle(decisions);
    } catch (error) {
      const { isFirst, decisions } = missAnswer(state, report, deps.now());
      if (isFirst) this.logUnreachable(error);
      settle(decisions);
    }
    if (!this.isClosing) this.schedule();
  }

  private logPhaseChange(view: BreakerView): void {
    this.deps.log.warn(`the circuit breaker of agent ${JSON.stringify(this.deps.agent)} is ${breakerText(view)}`);
  }

  private logUnreachable(error: unknown): void {
    if (this.isClosing) return;
    const { agent, terms, log } = this.deps;
    const effect = terms.settings.whenUnreachable === 'refuse' ? 'no call goes through' : 'calls go through';
    const breaker = `the circuit breaker of agent ${JSON.stringify(agent)}`;
    log.warn(`${breaker} cannot be reached, so ${effect}: ${reasonOf(error)}`);
  }
}
