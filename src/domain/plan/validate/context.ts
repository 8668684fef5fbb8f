// The context of every check: the list of problems, and what is known outside of the plan.
import type { BrokerKind } from '../../event/broker-settings.js';
import { didYouMean, problem, type Path, type Problem } from '../../problem.js';

export interface Context {
  /** The types of the registered agents; `undefined`: agents are not checked. */
  readonly agents: ReadonlySet<string> | undefined;
  /** The kinds of the brokers by name; `undefined`: brokers are not checked. */
  readonly brokers: ReadonlyMap<string, BrokerKind> | undefined;
  /** The registered plans by name; `undefined`: names of plans are not checked. */
  readonly plans: ReadonlyMap<string, unknown> | undefined;
  /** For each named plan that has been checked, the least depth at which it was. */
  readonly visited: Map<string, number>;
  readonly problems: Problem[];
  /** False for a run's plan: the run may have begun with a version that accepted every regular expression and days that do not exist. */
  readonly isNew: boolean;
  /** Adds a problem. Throws `TooManyProblems` once there are MAX_PROBLEMS. */
  report(code: string, path: Path, message: string, hint?: string): void;
  /** Like `didYouMean`, but gives no hint once MAX_COMPARISONS names have been compared. */
  suggest(came: string, names: ReadonlySet<string> | ReadonlyMap<string, unknown>): string | undefined;
}

/** People do not read more, and a plan made by a model may have tens of thousands. The checks stop after this many. */
export const MAX_PROBLEMS = 1_000;

/** Thrown to end the checks once there are MAX_PROBLEMS. */
export class TooManyProblems extends Error {}

/** Comparing this many names takes about half a second. */
const MAX_COMPARISONS = 1_000_000;

export function createContext(
  agents: ReadonlySet<string> | undefined,
  plans: ReadonlyMap<string, unknown> | undefined,
  isNew = true,
  brokers?: ReadonlyMap<string, BrokerKind>,
): Context {
  const problems: Problem[] = [];
  let compared = 0;
  return {
    agents,
    brokers,
    plans,
    visited: new Map(),
    problems,
    isNew,
    report: (code, path, message, hint) => {
      problems.push(problem(code, path, message, hint));
      if (problems.length >= MAX_PROBLEMS) throw new TooManyProblems();
    },
    suggest: (came, names) => {
      compared += names.size;
      return compared > MAX_COMPARISONS ? undefined : didYouMean(came, names.keys());
    },
  };
}
