// When a run continues as new, with an empty history.
// C1. Only while no call is in flight: waits are started again in the new history, calls are not.
// C2. To get there the run drains: nothing new starts. If a long call does not end within DRAIN_PATIENCE, the run continues in the old
//     history and tries again MORE_EVENTS later, so that one slow call does not block the others for long. Near the end of the
//     history it waits as long as necessary.
// C3. If the state is too large for one payload, outputs that nothing will read any more are left out. If it is still too large, the run stays
//     in the old history until that is full. It stops before, while the history still has room for undoing everything, unless the
//     state for undoing can be carried.
// C4. A run that stops does not continue as new: it ends soon. A cancelled run does so only if it must, because Temporal then forgets
//     the cancel, and would show the run as failed.
// C5. A cancel is not lost at the moment of continuing. If it reaches the server before the Workflow Task has ended, that task fails
//     and is retried with the cancel. If it was delivered in the same activation, `isEndedByCancel` finds it.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { failure } from '../domain/failure.js';
import { fitsInto } from '../domain/json/byte-size.js';
import { sizeBounds } from '../domain/json/size-bounds.js';
import {
  EVENTS_OF_CALL,
  LAST_BYTE,
  LAST_EVENT,
  LAST_UNDO_BYTE,
  LAST_UNDO_EVENT,
} from '../domain/progress/history-limits.js';
import type { Progress } from '../domain/progress/state.js';
import { undoReserve, withoutUnread, type UndoReserve } from '../domain/progress/unread-outputs.js';
import { valueLimitOf, type RunInput } from '../domain/run/input.js';
import { exportTrace } from './trace.js';
import { isEndedByCancel, report, stopIfDecided, wake, type Run } from './run.js';

const DRAIN_PATIENCE = '30s';

/** About the length of a history for which Temporal first suggests to continue as new. */
const MORE_EVENTS = 4_000;

/** How much a history grows before the room that undoing needs is counted again. */
const RECOUNT_EVENTS = 500;
const RECOUNT_BYTES = 1024 * 1024;

export class Continuation {
  isDraining = false;
  private notBefore = 0;
  private patience: CancellationScope | undefined;
  /** Present while everything would have to be undone in this history. */
  private reserve: (UndoReserve & { readonly historyLength: number; readonly historySize: number }) | undefined;

  constructor(private readonly run: Run) {}

  /** Continues as new if it is time and nothing is in flight. Returns a promise only if there is something to do. */
  consider(): Promise<void> | undefined {
    const { progress } = this.run;
    if (progress.phase === 'stopping') return void this.stopDraining();
    const isLast = this.isHistoryFull();
    if (!this.isDraining && !isLast && !this.isDue()) return undefined;
    if (progress.inFlight > 0 || (progress.undo?.inFlight ?? 0) > 0) return void this.drain(isLast);
    return CancellationScope.nonCancellable(() => this.continueRun(isLast));
  }

  private async continueRun(isLast: boolean): Promise<void> {
    if (this.run.trace !== undefined) await exportTrace(this.run);
    await condition(allHandlersFinished);
    if (isEndedByCancel(this.run) && !(isLast && this.run.progress.phase === 'compensating')) return;
    const input = this.fittingInput(this.run.progress);
    if (input !== undefined) await continueAsNew<(input: RunInput) => Promise<unknown>>(input);
    this.reserveForUndo();
    this.giveUp();
    if (isLast) this.stop();
  }

  private isDue(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    const { phase, verdict } = this.run.progress;
    if (phase === 'compensating' && verdict === 'cancelled') return false;
    return continueAsNewSuggested && historyLength >= this.notBefore;
  }

  /** The input of the next run, if it fits into a payload. */
  private fittingInput(progress: Progress): RunInput | undefined {
    const whole = carriedInput({ ...this.run, progress });
    const limit = valueLimitOf(whole);
    if (fitsInto(whole, limit)) return whole;
    if (this.run.rules < 3) return undefined;
    // Some room is left, so that the next run need not leave out more soon.
    for (const excess of [sizeBounds(whole).least - (3 / 4) * limit, Infinity]) {
      const less = carriedInput({ ...this.run, progress: withoutUnread(this.run.graph, progress, excess) });
      if (fitsInto(less, limit)) return less;
    }
    return undefined;
  }

  /** Expects that the state could not be carried: counts the room for undoing, if undoing could not be carried either. */
  private reserveForUndo(): void {
    const { rules, graph, progress } = this.run;
    this.reserve = undefined;
    if (rules < 3 || progress.phase !== 'running') return;
    const undoing: Progress = { ...progress, phase: 'compensating', verdict: 'failed' };
    if (this.fittingInput(undoing) !== undefined) return;
    const { historyLength, historySize } = workflowInfo();
    this.reserve = { ...undoReserve(graph, progress), historyLength, historySize };
  }

  /** True if the history is nearly full. */
  private isHistoryFull(): boolean {
    const { historyLength, historySize } = workflowInfo();
    if (historyLength >= LAST_EVENT || historySize >= LAST_BYTE) return true;
    if (this.reserve === undefined) return false;
    const isOld =
      historyLength - this.reserve.historyLength >= RECOUNT_EVENTS ||
      historySize - this.reserve.historySize >= RECOUNT_BYTES;
    if (isOld) this.reserveForUndo();
    const { events, bytes } = this.reserve ?? { events: 0, bytes: 0 };
    return historyLength + events >= LAST_UNDO_EVENT || historySize + bytes >= LAST_UNDO_BYTE;
  }

  /** True if the history has no room for undoing one more. */
  isOver(): boolean {
    const { rules, progress } = this.run;
    const { historyLength, historySize } = workflowInfo();
    const inFlight = progress.undo?.inFlight ?? 0;
    return (
      rules >= 3 && (historyLength + EVENTS_OF_CALL * inFlight >= LAST_UNDO_EVENT || historySize >= LAST_UNDO_BYTE)
    );
  }

  private stop(): void {
    const { historyLength, historySize } = workflowInfo();
    const size = `${historyLength} events, ${historySize} bytes`;
    const message = `the history of the run is full (${size}), and its outputs are too large to carry into a new one`;
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

/** The input of the run with which this one continues as new. */
export function carriedInput({
  request,
  rules,
  notifies,
  progress,
  inbox,
  startedAt,
  scheduledAt,
  trace,
}: Run): RunInput {
  const times = { startedAt, ...(scheduledAt === undefined ? {} : { scheduledAt }) };
  const traced = trace === undefined ? {} : { tracedUntil: trace.until };
  const carried = {
    progress,
    inbox: Object.fromEntries(inbox),
    ...times,
    ...(rules === 1 ? {} : { rules }),
    ...(notifies ? { notifies } : {}),
    ...traced,
  };
  if (request.undo === undefined) return { ...request, carried };
  const { progress: _, ...undo } = request.undo;
  return { ...request, undo, carried };
}
