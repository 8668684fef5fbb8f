// The Workflow of the starts that wait for the run of one id. It runs on the Task Queue of the run, which the worker of the run polls
// anyway, and ends a minute after the last of them has started.
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  getExternalWorkflowHandle,
  log,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { valueLimitOf } from '../../domain/run/input.js';
import { QUEUE_MESSAGES, QueuedStart, type TicketState, type WaitingStart } from '../../domain/run/queue/messages.js';
import {
  createRunQueue,
  end,
  enqueue,
  notYet,
  queueFault,
  stateOfTicket,
  withdraw,
  type RunQueueState,
} from '../../domain/run/queue/state.js';
import { failingWellFormed } from '../well-formed-errors.js';
import { moveOn } from '../move-on.js';

/** The server accepts 2,000 updates in one history. */
const MAX_UPDATES = 500;
/** Within this time, a start that is sent again under its ticket is recognized here; later, by the memo of its run. */
const LINGER = '1m';
/** The pause before the end of the run is looked for again, if no worker may wait for it. */
const PAUSE_MS = { first: 500, most: 10_000 };

export interface RunQueueInput {
  /** The id of the runs. */
  readonly run: string;
  /** The state at the end of the previous history. */
  readonly carried?: RunQueueState;
  /** The execution of the run that has been requested to cancel. */
  readonly cancelled?: string;
}

const { startInTurn } = proxyActivities<Activities>({ startToCloseTimeout: '1m', retry: { maximumInterval: '10s' } });
const { awaitRunEnd } = proxyActivities<Activities>({
  // A run may take for ever. A worker that dies is noticed by its heartbeats.
  startToCloseTimeout: '3650d',
  heartbeatTimeout: '30s',
  cancellationType: 'TRY_CANCEL',
  retry: { maximumInterval: '10s' },
});

moveOn(runQueue);

export async function runQueue({ run, carried, cancelled }: RunQueueInput): Promise<void> {
  const state = carried ?? createRunQueue();
  let [updates, cancelRequested, pauseMs] = [0, cancelled, PAUSE_MS.first];
  setHandler(
    defineUpdate<TicketState, [QueuedStart]>(QUEUE_MESSAGES.enqueue),
    (start) => {
      updates++;
      return enqueue(state, start);
    },
    { validator: failingWellFormed((start: QueuedStart) => refuse(state, QueuedStart.parse(start))) },
  );
  setHandler(defineUpdate<TicketState, [string]>(QUEUE_MESSAGES.withdraw), (ticket) => {
    updates++;
    return withdraw(state, ticket);
  });
  setHandler(defineQuery<TicketState, [string]>(QUEUE_MESSAGES.view), (ticket) => stateOfTicket(state, ticket));

  setHandler(defineQuery<WaitingStart[]>(QUEUE_MESSAGES.list), () =>
    state.queued.map(({ ticket, policy }) => ({ ticket, policy })),
  );

  const isLong = () => updates >= MAX_UPDATES || workflowInfo().continueAsNewSuggested;
  while (!isLong()) {
    if (!(await condition(() => state.queued.length > 0 || isLong(), LINGER))) return;
    const running = await startFirst(run, state);
    if (running === undefined) {
      pauseMs = PAUSE_MS.first;
      continue;
    }
    const isReplaced = () => state.queued[0]?.policy === 'replace' && cancelRequested !== running;
    const wait = awaitEnd({ id: run, runId: running }, pauseMs);
    while (!wait.isOver() && !isLong() && state.queued.length > 0) {
      if (isReplaced() && (await cancelRun(run))) cancelRequested = running;
      await condition(() => wait.isOver() || isLong() || isReplaced() || state.queued.length === 0);
    }
    wait.stop();
    pauseMs = Math.min(2 * pauseMs, PAUSE_MS.most);
  }
  await continueAsNew<typeof runQueue>({
    run,
    carried: state,
    ...(cancelRequested === undefined ? {} : { cancelled: cancelRequested }),
  });
}

/** Starts the first of the starts that wait. Returns the execution that has to end before, if there is one. */
async function startFirst(id: string, state: RunQueueState): Promise<string | undefined> {
  const [first] = state.queued;
  if (first === undefined) return undefined;
  const { policy: _, ...start } = first;
  state.starting = start.ticket;
  try {
    const { started, running } = await startInTurn({ id, ...start });
    if (started === undefined) notYet(state);
    else end(state, start.ticket, { is: 'started', runId: started });
    return running;
  } catch (error) {
    const message = error instanceof ActivityFailure && error.cause !== undefined ? error.cause.message : String(error);
    end(state, start.ticket, { is: 'failed', message });
    return undefined;
  }
}

/** Waits until the run has ended, or until it is time to look again. */
function awaitEnd(run: { readonly id: string; readonly runId: string }, pauseMs: number) {
  const scope = new CancellationScope();
  let isOver = false;
  scope
    .run(async () => {
      const { hasEnded } = await awaitRunEnd(run);
      if (!hasEnded) await sleep(pauseMs, { summary: 'the run has not ended' });
    })
    .catch((error: unknown) => log.info('the end of a run was not awaited', { run: run.id, error }))
    .finally(() => (isOver = true))
    .catch(() => undefined);
  return { isOver: () => isOver, stop: () => scope.cancel() };
}

/** False if the server could not deliver the cancel: usually the run has just ended. */
async function cancelRun(id: string): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(id).cancel();
    return true;
  } catch (error) {
    log.info('a run that is to be replaced could not be cancelled', { run: id, error });
    await sleep(PAUSE_MS.first, { summary: 'cancel again' });
    return false;
  }
}

function refuse(state: RunQueueState, start: QueuedStart): void {
  const fault = queueFault(state, start, valueLimitOf(start.request));
  if (fault !== undefined) throw ApplicationFailure.nonRetryable(fault, 'Refused');
}
