// Several agents that are asked the same at once. Once the answer is certain, those still at work are cancelled, and waited
// for: what they cost counts, and nothing of a task goes on once it has settled.
import { CancellationScope } from '@temporalio/workflow';
import { isDecided, rivalName, settleContest, winners, type Answer, type Contest } from '../../domain/contest.js';
import { outcomeOf } from '../outcome-of.js';
import { reuseOfCall } from '../reuse.js';
import { noteCrash, report, type Run } from '../run.js';
import { callAgent, type Call } from './agent.js';
import { workOf, type Settled, type Work } from './work.js';

export async function askRivals(run: Run, work: Work, contest: Contest, input: unknown): Promise<Settled> {
  const calls = contest.agents.map((agent): NamedCall => {
    const name = rivalName(contest, agent);
    return { agent, input, suffix: name, isRival: true, name };
  });
  const known = await recalled(run, work, contest, calls);
  const rivals = new Rivals(run, work, (answers) => isDecided(contest, answers), known);
  const asked = new Set(known.map(({ agent }) => agent));
  if (winners(contest, known) === undefined) for (const call of calls) if (!asked.has(call.agent)) rivals.start(call);
  const answers = await rivals.settled();
  return settleContest(contest, answers, work.task.task.compensate !== undefined);
}

/** A call with what tells it from its rivals; the one that is hedged has no name. */
export type NamedCall = Call & { readonly name?: string };

/** In a fork: what is known is looked up before anybody is asked, or an agent might answer sooner than the past does. */
async function recalled(run: Run, work: Work, contest: Contest, calls: readonly NamedCall[]): Promise<Answer[]> {
  if (reuseOfCall(run, work.task.id).reuse === undefined) return [];
  const past = new Rivals(run, work, (answers) => winners(contest, answers) !== undefined);
  for (const { name: _, ...call } of calls) past.start({ ...call, onlyRecall: true });
  return (await past.settled()).filter(({ outcome }) => outcome.status === 'succeeded');
}

export class Rivals {
  private readonly calls: Promise<void>[] = [];
  private readonly atWork = new Set<CancellationScope>();
  private readonly parent = CancellationScope.current();
  private readonly answers: Answer[];

  constructor(
    private readonly run: Run,
    private readonly work: Work,
    private readonly isCertain: (answers: readonly Answer[]) => boolean,
    known: readonly Answer[] = [],
  ) {
    this.answers = [...known];
  }

  start({ name, ...call }: NamedCall, onEnd: (answer: Answer) => void = () => undefined): void {
    const { run, work } = this;
    const scope = new CancellationScope({ cancellable: true, parent: this.parent });
    this.atWork.add(scope);
    const ended = scope
      .run(async () => await callAgent(run, work, call))
      .catch((error: unknown) => ({ outcome: outcomeOf(error) }))
      .then(({ outcome }) => {
        this.atWork.delete(scope);
        const answer = { agent: call.agent, outcome };
        this.answers.push(answer);
        const which = { ...workOf(work), ...(name === undefined ? {} : { name }) };
        if (run.progress.escrow !== undefined) report(run, { type: 'rivalEnded', ...which, outcome });
        onEnd(answer);
        if (this.isCertain(this.answers)) for (const one of this.atWork) one.cancel();
      })
      .catch((crash: unknown) => noteCrash(run, crash));
    this.calls.push(ended);
  }

  /** What all have said, once none is at work: also those that are started meanwhile. */
  async settled(): Promise<readonly Answer[]> {
    for (const call of this.calls) await call;
    return this.answers;
  }
}
