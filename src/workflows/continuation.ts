// When a run hands over to a fresh history.
// C1. It continues as new only while no call is in flight: waits are set up again on the other side, calls are not.
// C2. To get there it drains: nothing new starts. If a long call does not end within DRAIN_PATIENCE, the run goes on
//     in the old history and tries again MORE_EVENTS later, so that one slow call never holds up the others for long.
// C3. What is too large to be handed over stays where it is, until the history itself is at its end.
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
import { report, stopIfDecided, type Run } from './run.js';

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

  /** Looks at the history; hands over if it is time and nothing is in flight. */
  async consider(): Promise<void> {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    if (!continueAsNewSuggested || historyLength < this.notBefore) return;
    if (this.run.progress.inFlight === 0 && (this.run.progress.undo?.inFlight ?? 0) === 0) {
      const input = handOver(this.run);
      if (jsonBytes(input) <= MAX_VALUE_BYTES) {
        await condition(allHandlersFinished);
        await continueAsNew<(input: RunInput) => Promise<unknown>>(input);
      }
      this.giveUp();
    } else if (!this.isDraining) {
      this.drain();
    }
    if (historyLength < LAST_EVENT && historySize < LAST_BYTE) return;
    const size = `${historyLength} events, ${historySize} bytes`;
    report(this.run, {
      type: 'stopped',
      now: Date.now(),
      verdict: 'failed',
      failure: failure(
        'RunTooLarge',
        `the history of the run is at its end (${size}), and its outputs are too large to be carried on`,
      ),
    });
    stopIfDecided(this.run);
  }

  private drain(): void {
    this.isDraining = true;
    this.patience = new CancellationScope();
    this.patience
      .run(() => sleep(DRAIN_PATIENCE, { summary: 'drain before continue-as-new' }))
      .then(() => this.giveUp())
      .catch(() => undefined);
  }

  private giveUp(): void {
    this.isDraining = false;
    this.patience?.cancel();
    this.notBefore = workflowInfo().historyLength + MORE_EVENTS;
    this.run.changed = true;
  }
}

function handOver({ request, progress, inbox, startedAt }: Run): RunInput {
  return { ...request, carried: { progress, inbox: Object.fromEntries(inbox), startedAt } };
}
