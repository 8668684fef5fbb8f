// Cancels calls. Before that, finds out which of them may have reached their agents: for a call that waits for its next attempt the
// server reports only the cancel, although an earlier attempt may have timed out and done its work.
// That takes a local activity: other activities would queue behind calls that may take hours. Attempts that start and end in the
// few milliseconds between the activity and the cancel are missed.
import { CancellationScope, log, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { Progress } from '../../domain/progress/state.js';
import type { Rules } from '../../domain/rules.js';
import type { RunTrace } from '../../domain/run/run-trace.js';

/** If the server takes longer, the calls are cancelled without the answer: the cancel matters more. */
const SEARCH_TIMEOUT = '5s';

/** The reason why a call is unknown if the activity failed. */
const STATE_NOT_KNOWN = 'could not determine whether an attempt had reached the agent';

/** The part of a run that this file uses. */
interface RunningCalls {
  readonly rules: Rules;
  readonly progress: Progress;
  /** The scopes that are being cancelled. */
  readonly stopping: Set<object>;
  /** Calls that may have reached their agents, by activity id, with the attempt that got no answer; `undefined` if that is unknown. */
  begun: ReadonlyMap<string, string> | undefined;
  readonly trace?: Pick<RunTrace, 'waiting'>;
}

/** Cancels `what` once, by `cancel`. */
export function cancelCalls(run: RunningCalls, what: object, cancel: () => void): void {
  if (run.stopping.has(what)) return;
  run.stopping.add(what);
  if (run.rules < 2 || run.progress.inFlight === 0) return cancel();
  findUnansweredCalls(run)
    .then((begun) => void (run.begun = begun))
    .catch((error: unknown) => {
      log.warn('cancelling calls without knowing which of them reached their agents', { error });
      run.begun = undefined;
    })
    .then(cancel)
    .catch(() => undefined);
}

/** For a call that was cancelled while no worker had it: the attempt that got no answer, in words. */
export const unansweredOf = ({ begun }: Pick<RunningCalls, 'begun'>, activityId: string): string | undefined =>
  begun === undefined ? STATE_NOT_KNOWN : begun.get(activityId);

async function findUnansweredCalls(run: RunningCalls): Promise<Map<string, string>> {
  const { pendingCalls } = proxyLocalActivities<Activities>({
    summary: 'calls in flight',
    startToCloseTimeout: SEARCH_TIMEOUT,
    scheduleToCloseTimeout: SEARCH_TIMEOUT,
    retry: { initialInterval: '100ms' },
  });
  const { begun, timings = [] } = await CancellationScope.nonCancellable(() => pendingCalls());
  for (const { id, attempts } of timings) run.trace?.waiting.set(id, attempts);
  return new Map([...(run.begun ?? []), ...begun.map(({ id, unanswered }) => [id, unanswered] as const)]);
}
