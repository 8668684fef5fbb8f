// Several calls for one answer: the first success wins a race, the answer that a quorum gives wins a vote. A hedged call is a
// race of an agent with itself.
import { defined } from '../json/defined.js';
import { addUsage, NO_USAGE } from './usage.js';
import { canonicalJson } from '../json/canonical.js';
import { failure, type Failure } from '../failure.js';
import { jointOrigin } from './origin.js';
import type { Outcome } from './outcome.js';
import type { Race, Vote } from './options.js';
import { headOf } from '../text/well-formed.js';

export interface Contest {
  readonly kind: 'race' | 'vote';
  readonly agents: readonly string[];
  /** The number of agents that must give the same answer. */
  readonly quorum: number;
}

interface RaceOrVote {
  readonly race?: Race | undefined;
  readonly vote?: Vote | undefined;
}

export function contestOf({ race, vote }: RaceOrVote): Contest | undefined {
  if (race !== undefined) return { kind: 'race', agents: race, quorum: 1 };
  return vote === undefined ? undefined : { kind: 'vote', ...vote };
}

/** The suffix in the name of the call of one agent: `race:fast`. */
export const contestSuffix = ({ kind }: Contest, agent: string): string => `${kind}:${agent}`;

/** How the call of one agent ended. */
export interface Answer {
  readonly agent: string;
  readonly outcome: Outcome;
}

type WinningAnswer = Answer & { readonly outcome: Extract<Outcome, { status: 'succeeded' }> };

const hasSucceeded = (answer: Answer): answer is WinningAnswer => answer.outcome.status === 'succeeded';

/** The agents that gave the winning answer, in the order in which they gave it; `undefined` while no answer has won. */
export function winners(
  { quorum }: Pick<Contest, 'quorum'>,
  answers: readonly Answer[],
): readonly WinningAnswer[] | undefined {
  const alike = new Map<string, WinningAnswer[]>();
  for (const answer of answers.filter(hasSucceeded)) {
    // If one success is enough, answers are not compared.
    const key = quorum === 1 ? '' : canonicalJson(answer.outcome.output);
    const group = alike.get(key) ?? [];
    alike.set(key, [...group, answer]);
    if (group.length + 1 >= quorum) return [...group, answer];
  }
  return undefined;
}

/** True once no answer can win, whatever the agents answer that have not answered yet. */
export function cannotBeWon({ agents, quorum }: Contest, answers: readonly Answer[]): boolean {
  const answered = answers.filter(({ outcome }) => !wasCancelled(outcome));
  const missing = agents.length - answered.length;
  return winners({ quorum: Math.max(1, quorum - missing) }, answered) === undefined && quorum > missing;
}

export const isDecided = (contest: Contest, answers: readonly Answer[]): boolean =>
  winners(contest, answers) !== undefined || cannotBeWon(contest, answers);

const wasCancelled = (outcome: Outcome): boolean =>
  outcome.status !== 'succeeded' && outcome.failure.type === 'Cancelled';

/** How the task ends, once all of its calls have ended. `isUndoable`: the task has a compensation. */
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
    // A call that did not win may have done work that this run has to undo.
    const origin = jointOrigin(answers.map(({ outcome }) => ('origin' in outcome ? outcome.origin : undefined)));
    const outcome = { ...first, ...spent, ...defined({ origin }) };
    return { outcome, answeredBy: won.map(({ agent }) => agent).join(', ') };
  }
  const stopped = cannotBeWon(contest, answers) ? undefined : answers.find(({ outcome }) => wasCancelled(outcome));
  const mayHaveWorked = answers.some(({ outcome }) =>
    isUndoable || stopped !== undefined
      ? outcome.status === 'succeeded' || outcome.status === 'unknown'
      : outcome.status === 'unknown' && !wasCancelled(outcome),
  );
  const why = stopped === undefined ? contestFailure(contest, answers) : failureOrStop(stopped);
  const otherwise = stopped === undefined ? 'failed' : 'cancelled';
  return { outcome: { status: mayHaveWorked ? 'unknown' : otherwise, failure: why, ...spent } };
}

const failureOrStop = ({ outcome }: Answer): Failure =>
  outcome.status === 'succeeded' ? failure('Cancelled', 'the run stopped') : outcome.failure;

/** The length of an answer in a failure message. */
const MAX_EXCERPT = 200;

function contestFailure({ kind, agents, quorum }: Contest, answers: readonly Answer[]): Failure {
  // All calls were of one agent: its first failure is the failure of the task.
  if (agents.length === 1) return failureOrStop(answers[0]!);
  const said = answers.map(({ agent, outcome }) => ({ agent, said: excerpt(answerText(outcome)) }));
  const text = said.map((one) => `${one.agent}: ${one.said}`).join('; ');
  return kind === 'race'
    ? failure('AllFailed', `none of ${agents.length} agents succeeded: ${text}`, { details: said })
    : failure('NoQuorum', `fewer than ${quorum} of ${agents.length} agents gave the same answer: ${text}`, {
        details: said,
      });
}

const answerText = (outcome: Outcome): string =>
  outcome.status === 'succeeded'
    ? canonicalJson(outcome.output)
    : `${outcome.failure.type}: ${outcome.failure.message}`;

const excerpt = (text: string): string => (text.length <= MAX_EXCERPT ? text : `${headOf(text, MAX_EXCERPT)}…`);
