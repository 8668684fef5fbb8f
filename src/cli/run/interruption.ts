// What Ctrl-C does to a run in the foreground. A run is detached or cancelled; both leave nothing undecided:
// detach: this command ends, with the worker in it. The run stays, and another worker continues it.
// cancel: the run is requested to stop and undo its work, and is still shown.
// H1. On a terminal, Ctrl-C asks which; a second one detaches. Elsewhere it cancels. `--on-interrupt` decides without a question.
// H2. Once a cancellation is requested, Ctrl-C detaches: the run stays cancelling.
// H3. SIGTERM and a closed terminal detach. Once the run is left, Ctrl-C ends the process immediately.
import type { RunHandle } from '../../client/run-handle.js';
import { HARD_EXIT, onInterrupts } from '../terminal/interrupts.js';
import type { Io } from '../terminal/io.js';
import { KEYS, readKeys } from '../terminal/read-keys.js';
import { quietView, type View } from '../view/view.js';

export type OnInterrupt = 'cancel' | 'detach';

/** The run that is shown. Before there is one, Ctrl-C ends the command. */
export interface Interruptible {
  readonly run: Pick<RunHandle, 'cancel'>;
  /** Whether the worker of the run is in this process, and ends with it. */
  readonly hasLocalWorker: boolean;
}

export interface Interruption {
  /** Aborts when the run is left. */
  readonly left: AbortSignal;
  /** Whether a cancellation was requested. */
  readonly isCancelling: boolean;
  /** The command cannot go on: the run is left. */
  leave(this: void): void;
  attach(this: void, run: Interruptible): void;
  /** From now on the view shows the question. */
  show(this: void, view: Pick<View, 'ask'>): void;
  /** Takes the question back, as when the run has ended. */
  endQuestion(this: void): void;
  stop(this: void): void;
}

export function handleInterruption(io: Io, decided: OnInterrupt | undefined): Interruption {
  const left = new AbortController();
  let shown: Interruptible | undefined;
  let view: Pick<View, 'ask'> = quietView(io.note);
  let isCancelling = false;
  let closeQuestion: (() => void) | undefined;

  const answered = (): void => {
    closeQuestion?.();
    closeQuestion = undefined;
  };
  const leave = (): void => {
    answered();
    left.abort();
  };
  const cancel = ({ run, hasLocalWorker }: Interruptible): void => {
    answered();
    isCancelling = true;
    const then = hasLocalWorker ? ', and the worker in this process ends' : '';
    io.note('requesting the run to cancel');
    io.note(`Ctrl-C again detaches: the run stays cancelling${then}`);
    // Rejects if the run has just ended.
    run.cancel().catch((error: unknown) => io.note(error instanceof Error ? error.message : String(error)));
  };
  const ask = (keyboard: NodeJS.ReadStream, about: Interruptible): void => {
    const asked = view;
    asked.ask(question(about));
    const stopReading = readKeys(keyboard, (key) => {
      // Keys that were pressed quickly arrive together. Escape is also the beginning of an arrow.
      if (/^c/i.test(key)) cancel(about);
      else if (/^d/i.test(key) || key.startsWith(KEYS.interrupt)) leave();
      else if (key === KEYS.escape || key === KEYS.enter) answered();
    });
    closeQuestion = () => {
      stopReading();
      asked.ask(undefined);
    };
  };
  const interrupted = (): void => {
    if (left.signal.aborted) process.exit(HARD_EXIT);
    if (shown === undefined || isCancelling || closeQuestion !== undefined || decided === 'detach') return leave();
    const keyboard = decided === undefined ? io.keyboard() : undefined;
    if (keyboard === undefined) cancel(shown);
    else ask(keyboard, shown);
  };
  const { stop } = onInterrupts({ interrupted, ended: leave, handled: Infinity });
  return {
    left: left.signal,
    get isCancelling() {
      return isCancelling;
    },
    leave,
    attach: (run) => {
      shown = run;
    },
    show: (shownBy) => {
      view = shownBy;
    },
    endQuestion: answered,
    stop() {
      answered();
      stop();
    },
  };
}

function question({ hasLocalWorker }: Interruptible): string {
  const worker = hasLocalWorker
    ? 'the worker in this process ends, and the run waits for another'
    : 'its worker continues the run';
  return `interrupted: press d to detach (${worker}), c to cancel the run and undo its work, Esc to go on; Ctrl-C again detaches`;
}
