// How much room the history of a run has left, for the outputs of the calls that it starts. Temporal terminates a run at 51,200 events or 50 MB.
import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';
import { awaitsSizes, type OutputRoom } from '../domain/progress/output-room.js';
import { valueLimitOf } from '../domain/run/input.js';
import { report, type Run } from './run.js';

/** Under earlier rules, calls started whatever their outputs might be. */
export function outputRoom({ rules, request }: Run): OutputRoom | undefined {
  if (rules < 3) return undefined;
  const { agents: cards = {} } = request;
  return { historyBytes: workflowInfo().historySize, valueLimit: valueLimitOf(request), cards };
}

/** How long calls wait for the first answer of their agent, which shows how large its outputs are. */
const FIRST_ANSWER_WITHIN = '2s';

/** If calls wait because their agents have not answered yet, they do so for a short time only. */
export function boundWaitForSizes(run: Run): void {
  const { loop, progress } = run;
  if (loop.awaitsSizes === true || !awaitsSizes(progress)) return;
  loop.awaitsSizes = true;
  void CancellationScope.nonCancellable(async () => {
    await sleep(FIRST_ANSWER_WITHIN, { summary: 'sizes of first answers' });
    loop.awaitsSizes = false;
    report(run, { type: 'sizesAssumed' });
  });
}
