// Several calls for one answer: a race is won by the first success, a vote by the answer that a quorum gives. A call that is
// hedged is a race of an agent with itself.
import { addUsage, NO_USAGE } from './call.js';
import { canonicalJson } from './canonical-json.js';
import { failure, type Failure } from './failure.js';
import { jointOrigin } from './origin.js';
import type { Outcome } from './outcome.js';
import type { Task } from './plan.js';

export interface Contest {
  readonly kind: 'race' | 'vote';
  readonly agents: readonly string[];
  /** So many must give the same answer. */
  readonly quorum: number;
}

export function contestOf({ race, vote }: Pick<Task, 'race' | 'vote'>): Contest | undefined {
  if (race !== undefined) return { kind: 'race', agents: race, quorum: 1 };
  return vote === undefined ? undefined : { kind: 'vote', ...vote };
}

/** What tells the call of one agent from those of the others: `race:fast`. */
export const rivalName = ({ kind }: Contest, agent: string): string => `${kind}:${agent}`;

/** How the call of one agent has ended. */
export interface Answer {
  readonly agent: string;
  readonly outcome: Outcome;
}

type Won = Answer & { readonly outcome: Extract<Outcome, { status: 'succeeded' }> };

const hasSucceeded = (answer: Answer): answer is Won => answer.outcome.status === 'succeeded';

/** Those who gave the answer that wins, in the order in which they gave it; `undefined` as long as none does. */
export function winners({ quorum }: Pick<Contest, 'quorum'>, answers: readonly Answer[]): readonly Won[] | undefined {
  const alike = new Map<string, Won[]>();
  for (const answer of answers.filter(hasSucceeded)) {
    // Where one is enough, nobody compares.
    const said = quorum === 1 ? '' : canonicalJson(answer.outcome.output);
    const group = alike.get(said) ?? [];
    alike.set(said, [...group, answer]);
    if (group.length + 1 >= quorum) return [...group, answer];
  }
  return undefined;
}

/** True once no answer can win any more, whatever those say that have not answered. */
export function isLost({ agents, quorum }: Contest, answers: readonly Answer[]): boolean {
  const answered = answers.filter(({ outcome }) => !wasCancelled(outcome));
  const missing = agents.length - answered.length;
  return winners({ quorum: Math.max(1, quorum - missing) }, answered) === undefined && quorum > missing;
}

export const isDecided = (contest: Contest, answers: readonly Answer[]): boolean =>
  winners(contest, answers) !== undefined || isLost(contest, answers);

const wasCancelled = (outcome: Outcome): boolean =>
  outcome.status !== 'succeeded' && outcome.failure.type === 'Cancelled';

/** How the task ends whose calls have all ended. `isUndoable`: it says how it is undone. */
export function settleContest(
  contest: Contest,
  answers: readonly Answer[],
  isUndoable: boolean,
): { readonly outcome: Outcome; readonly answeredBy?: string } {
  const spent = {
    attempts: answers.reduce((sum, { outcome }) => sum + outcome.attempts, 0),
    usage: answers.reduce((sum, { outcome }) => addUsage(sum, outcome.usage), NO_USAGE),
  };
  const won = winners(contest, answers);
  if (won !== undefined) {
    const { origin: _, ...first } = won[0]!.outcome;
    // What a loser may have done is this run's to undo.
    const origin = jointOrigin(answers.map(({ outcome }) => ('origin' in outcome ? outcome.origin : undefined)));
    const outcome = { ...first, ...spent, ...(origin === undefined ? {} : { origin }) };
    return { outcome, answeredBy: won.map(({ agent }) => agent).join(', ') };
  }
  const stopped = isLost(contest, answers) ? undefined : answers.find(({ outcome }) => wasCancelled(outcome));
  const mayHaveWorked = answers.some(({ outcome }) =>
    isUndoable || stopped !== undefined
      ? outcome.status === 'succeeded' || outcome.status === 'unknown'
      : outcome.status === 'unknown' && !wasCancelled(outcome),
  );
  const why = stopped === undefined ? whyLost(contest, answers) : failureIn(stopped);
  const otherwise = stopped === undefined ? 'failed' : 'cancelled';
  return { outcome: { status: mayHaveWorked ? 'unknown' : otherwise, failure: why, ...spent } };
}

const failureIn = ({ outcome }: Answer): Failure =>
  outcome.status === 'succeeded' ? failure('Cancelled', 'the run stopped') : outcome.failure;

/** As much of an answer as tells what it is. */
const MAX_SAID = 200;

function whyLost({ kind, agents, quorum }: Contest, answers: readonly Answer[]): Failure {
  // All calls were of one agent: what it said first is what there is to say.
  if (agents.length === 1) return failureIn(answers[0]!);
  const said = answers.map(({ agent, outcome }) => ({ agent, said: bounded(saidIn(outcome)) }));
  const text = said.map((one) => `${one.agent}: ${one.said}`).join('; ');
  return kind === 'race'
    ? failure('AllFailed', `none of ${agents.length} agents succeeded: ${text}`, { details: said })
    : failure('NoQuorum', `no ${quorum} of ${agents.length} agents gave the same answer: ${text}`, { details: said });
}

const saidIn = (outcome: Outcome): string =>
  outcome.status === 'succeeded'
    ? canonicalJson(outcome.output)
    : `${outcome.failure.type}: ${outcome.failure.message}`;

const bounded = (text: string): string => (text.length <= MAX_SAID ? text : `${text.slice(0, MAX_SAID)}…`);
