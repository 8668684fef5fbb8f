// When a run hands over to a fresh history.
// C1. It continues as new only while no call is in flight: waits are set up again on the other side, calls are not.
// C2. To get there it drains: nothing new starts. If a long call does not end within DRAIN_PATIENCE, the run goes on
//     in the old history and tries again MORE_EVENTS later, so that one slow call never holds up the others for long;
//     near the end of the history it waits as long as it takes.
// C3. What is too large to be handed over stays where it is, until the history itself is at its end.
// C4. A run that stops does not continue: it ends soon. One that was cancelled does so only if it must, for Temporal
//     forgets, when a Workflow continues as new, that it was asked to cancel, and would call it failed.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { failure } from '../domain/failure.js';
import { MAX_VALUE_BYTES } from '../domain/call.js';
import type { RunInput } from '../domain/run-input.js';
import { jsonBytes } from '../domain/size.js';
import { report, stopIfDecided, wake, type Run } from './run.js';

const DRAIN_PATIENCE = '30s';
/** About as many as a history has when Temporal first suggests to continue as new. */
const MORE_EVENTS = 4_000;
/** Temporal ends a run at 51,200 events or 50 MB; the rest is for undoing what has been done. */
const LAST_EVENT = 40_000;
const LAST_BYTE = 40 * 1024 * 1024;

export class Continuation {
  isDraining = false;
  private notBefore = 0;
  private patience: CancellationScope | undefined;

  constructor(private readonly run: Run) {}

  /** Looks at the history; hands over if it is time and nothing is in flight. A promise only where there is something to do. */
  consider(): Promise<void> | undefined {
    const { progress } = this.run;
    if (progress.phase === 'stopping') return void this.stopDraining();
    const isLast = isAtItsEnd();
    if (!this.isDraining && !isLast && !this.isDue()) return undefined;
    if (progress.inFlight > 0 || (progress.undo?.inFlight ?? 0) > 0) return void this.drain(isLast);
    return CancellationScope.nonCancellable(() => this.handOver(isLast));
  }

  private async handOver(isLast: boolean): Promise<void> {
    await condition(allHandlersFinished);
    const input = carriedInput(this.run);
    if (jsonBytes(input) <= MAX_VALUE_BYTES) await continueAsNew<(input: RunInput) => Promise<unknown>>(input);
    this.giveUp();
    if (isLast) this.stop();
  }

  private isDue(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    const { phase, verdict } = this.run.progress;
    if (phase === 'compensating' && verdict === 'cancelled') return false;
    return continueAsNewSuggested && historyLength >= this.notBefore;
  }

  private stop(): void {
    const { historyLength, historySize } = workflowInfo();
    const size = `${historyLength} events, ${historySize} bytes`;
    const message = `the history of the run is at its end (${size}), and its outputs are too large to be carried on`;
    report(this.run, {
      type: 'stopped',
      now: Date.now(),
      verdict: 'failed',
      failure: failure('RunTooLarge', message),
    });
    stopIfDecided(this.run);
  }

  private drain(isLast: boolean): void {
    if (isLast) this.patience?.cancel();
    if (this.isDraining) return;
    this.isDraining = true;
    if (isLast) return;
    this.patience = new CancellationScope();
    this.patience
      .run(() => sleep(DRAIN_PATIENCE, { summary: 'drain before continue-as-new' }))
      .then(() => this.giveUp())
      .catch(() => undefined);
  }

  private giveUp(): void {
    this.stopDraining();
    this.notBefore = workflowInfo().historyLength + MORE_EVENTS;
    wake(this.run);
  }

  private stopDraining(): void {
    this.isDraining = false;
    this.patience?.cancel();
  }
}

function isAtItsEnd(): boolean {
  const { historyLength, historySize } = workflowInfo();
  return historyLength >= LAST_EVENT || historySize >= LAST_BYTE;
}

export function carriedInput({ request, progress, inbox, startedAt }: Run): RunInput {
  const carried = { progress, inbox: Object.fromEntries(inbox), startedAt };
  if (request.undo === undefined) return { ...request, carried };
  const { progress: _, ...undo } = request.undo;
  return { ...request, undo, carried };
}
