// Several calls at the same time for one answer. Once the answer is certain, the remaining calls are cancelled and awaited: their
// cost counts, and a task leaves nothing running when it settles.
import { defined } from '../../domain/json/defined.js';
import { CancellationScope } from '@temporalio/workflow';
import {
  isDecided,
  contestSuffix,
  settleContest,
  winners,
  type Answer,
  type Contest,
} from '../../domain/call/race-and-vote.js';
import { outcomeFromError } from '../calls/outcome-from-error.js';
import { callReuse } from '../reuse.js';
import { recordCrash, report, type Run } from '../run.js';
import { cancelCalls } from '../calls/stop-calls.js';
import { callAgent, type Call } from './call-agent.js';
import { workKey, type Settlement, type Work } from './work.js';

export async function callInParallel(run: Run, work: Work, contest: Contest, input: unknown): Promise<Settlement> {
  const calls = contest.agents.map((agent): NamedCall => {
    const name = contestSuffix(contest, agent);
    return { agent, input, suffix: name, isParallel: true, name };
  });
  const known = await recallAnswers(run, work, contest, calls);
  const parallel = new ParallelCalls(run, work, contest, {
    isCertain: (answers) => isDecided(contest, answers),
    known,
  });
  const answered = new Set(known.map(({ agent }) => agent));
  if (winners(contest, known) === undefined)
    for (const call of calls) if (!answered.has(call.agent)) parallel.start(call);
  const answers = await parallel.settled();
  return settleContest(contest, answers, work.task.task.compensate !== undefined);
}

/** A call with its name among the parallel calls; the call that is hedged has none. */
export type NamedCall = Call & { readonly name?: string };

/** In a fork, looks up all old answers before any agent is called: otherwise an agent could win before an old answer is found. */
async function recallAnswers(run: Run, work: Work, contest: Contest, calls: readonly NamedCall[]): Promise<Answer[]> {
  if (callReuse(run, work.task.id).reuse === undefined) return [];
  const past = new ParallelCalls(run, work, contest);
  for (const { name: _, ...call } of calls) past.start({ ...call, onlyRecall: true });
  return (await past.settled()).filter(({ outcome }) => outcome.status === 'succeeded');
}

export class ParallelCalls {
  private readonly calls: Promise<void>[] = [];
  private readonly running = new Set<CancellationScope>();
  private readonly parent = CancellationScope.current();
  private readonly answers: Answer[];

  private readonly hasWon = (answers: readonly Answer[]) => winners(this.contest, answers) !== undefined;
  private readonly isCertain: (answers: readonly Answer[]) => boolean;

  /** `isCertain` decides when the remaining calls are cancelled; by default, once an answer has won. */
  constructor(
    private readonly run: Run,
    private readonly work: Work,
    private readonly contest: Contest,
    more: { readonly isCertain?: ParallelCalls['isCertain']; readonly known?: readonly Answer[] } = {},
  ) {
    this.answers = [...(more.known ?? [])];
    this.isCertain = more.isCertain ?? this.hasWon;
  }

  start({ name, ...call }: NamedCall, onEnd: (answer: Answer) => void = () => undefined): void {
    const { run, work } = this;
    const scope = new CancellationScope({ cancellable: true, parent: this.parent });
    this.running.add(scope);
    const ended = scope
      .run(async () => await callAgent(run, work, call))
      .catch((error: unknown) => ({ outcome: outcomeFromError(error) }))
      .then(({ outcome }) => {
        this.running.delete(scope);
        const answer = { agent: call.agent, outcome };
        this.answers.push(answer);
        const which = { ...workKey(work), ...defined({ name }) };
        if (run.progress.escrow !== undefined) report(run, { type: 'parallelCallEnded', ...which, outcome });
        onEnd(answer);
        if (this.isCertain(this.answers)) this.stop();
      })
      .catch((crash: unknown) => recordCrash(run, crash));
    this.calls.push(ended);
  }

  /** If an answer has won, the state of the other calls does not matter. If none can win any more, it does: see `cancelCalls`. */
  private stop(): void {
    const cancel = () => {
      for (const scope of this.running) scope.cancel();
    };
    if (this.running.size === 0) return;
    if (this.hasWon(this.answers)) cancel();
    else cancelCalls(this.run, this, cancel);
  }

  /** All answers, once no call is running. */
  async settled(): Promise<readonly Answer[]> {
    // `calls` grows during the walk: calls that are started meanwhile are awaited too.
    for (const call of this.calls) await call;
    return this.answers;
  }
}
