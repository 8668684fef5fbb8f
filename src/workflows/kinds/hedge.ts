// Hedged calls: a call that does not answer in time is made again in parallel, and the first answer wins.
// A hedge is not a retry: none starts once a call has ended, or if it would have to wait for room.
import { CancellationScope, sleep } from '@temporalio/workflow';
import { mayHedge } from '../../domain/progress/budget-gate.js';
import type { Hedge } from '../../domain/call/options.js';
import { settleContest, type Contest } from '../../domain/call/race-and-vote.js';
import { durationMs } from '../../domain/duration.js';
import { outputRoom } from '../history-room.js';
import { report, type Run } from '../run.js';
import type { Call } from './call-agent.js';
import { ParallelCalls } from './parallel-calls.js';
import { workName, workKey, type Settlement, type Work } from './work.js';

const DEFAULT_MAX = 2;

export async function callHedged(run: Run, work: Work, hedge: Hedge, call: Call): Promise<Settlement> {
  const contest: Contest = { kind: 'race', agents: [call.agent], quorum: 1 };
  const timers = new CancellationScope();
  const parallel = new ParallelCalls(run, work, contest);
  parallel.start(call, () => timers.cancel());
  timers
    .run(() => startHedges(run, work, hedge, { call, parallel, onEnd: () => timers.cancel() }))
    // Cancelled, because a call has ended.
    .catch(() => undefined);
  const answers = await parallel.settled();
  return { outcome: settleContest(contest, answers, work.task.task.compensate !== undefined).outcome };
}

interface HedgedCall {
  readonly call: Call;
  readonly parallel: ParallelCalls;
  onEnd(this: void): void;
}

async function startHedges(
  run: Run,
  work: Work,
  { after, max = DEFAULT_MAX }: Hedge,
  { call, parallel, onEnd }: HedgedCall,
) {
  const which = workKey(work);
  for (let place = 1; place < max; place++) {
    await sleep(durationMs(after), { summary: `hedge of ${workName(work)}` });
    if (!mayHedge(run.progress, call.agent, outputRoom(run))) continue;
    const name = `hedge:${place}`;
    report(run, { type: 'hedgeStarted', ...which, name, agent: call.agent });
    parallel.start({ ...call, suffix: name, isParallel: true, hedgeOf: workName(work), name }, ({ outcome }) => {
      report(run, { type: 'hedgeEnded', ...which, name, agent: call.agent, outcome });
      onEnd();
    });
  }
}
