// A call that is made again beside itself where it does not answer in time. The first answer wins.
// A hedge is no retry: it does not start once a call has ended, nor where it would have to wait for room.
import { CancellationScope, sleep } from '@temporalio/workflow';
import { mayHedge } from '../../domain/budget-gate.js';
import type { Hedge } from '../../domain/call-forms.js';
import { settleContest, winners, type Contest } from '../../domain/contest.js';
import { durationMs } from '../../domain/duration.js';
import { report, type Run } from '../run.js';
import type { Call } from './agent.js';
import { Rivals } from './rivals.js';
import { workName, workOf, type Settled, type Work } from './work.js';

const DEFAULT_MAX = 2;

export async function askHedged(run: Run, work: Work, hedge: Hedge, call: Call): Promise<Settled> {
  const contest: Contest = { kind: 'race', agents: [call.agent], quorum: 1 };
  const timers = new CancellationScope();
  const rivals = new Rivals(run, work, (answers) => winners(contest, answers) !== undefined);
  rivals.start(call, () => timers.cancel());
  timers
    .run(() => hedgeInTime(run, work, hedge, { call, rivals, onEnd: () => timers.cancel() }))
    // Cancelled, because a call has ended.
    .catch(() => undefined);
  const answers = await rivals.settled();
  return { outcome: settleContest(contest, answers, work.task.task.compensate !== undefined).outcome };
}

interface Hedged {
  readonly call: Call;
  readonly rivals: Rivals;
  onEnd(this: void): void;
}

async function hedgeInTime(run: Run, work: Work, { after, max = DEFAULT_MAX }: Hedge, { call, rivals, onEnd }: Hedged) {
  const which = workOf(work);
  for (let place = 1; place < max; place++) {
    await sleep(durationMs(after), { summary: `hedge of ${workName(work)}` });
    if (!mayHedge(run.progress, call.agent)) continue;
    const name = `hedge:${place}`;
    report(run, { type: 'hedgeStarted', ...which, name, agent: call.agent });
    rivals.start({ ...call, suffix: name, isRival: true, hedgeOf: workName(work), name }, ({ outcome }) => {
      report(run, { type: 'hedgeEnded', ...which, name, outcome });
      onEnd();
    });
  }
}
