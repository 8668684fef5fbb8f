// What every check is given: where to put problems, and what is known outside of the plan.
import { didYouMean, problem, type Path, type Problem } from '../problem.js';

export interface Context {
  /** Types of the agents there are; absent: not checked. */
  readonly agents: ReadonlySet<string> | undefined;
  /** Plans that can be called by name; absent: not checked. */
  readonly plans: ReadonlyMap<string, unknown> | undefined;
  /** The least depth at which each plan by name has been read already. */
  readonly visited: Map<string, number>;
  readonly problems: Problem[];
  report(code: string, path: Path, message: string, hint?: string): void;
  /** As `didYouMean`; says nothing once so much has been compared that the answer would take too long. */
  suggest(came: string, names: ReadonlySet<string> | ReadonlyMap<string, unknown>): string | undefined;
}

/** About half a second of comparing; a plan with that many wrong names has another problem. */
const MAX_COMPARISONS = 1_000_000;

export function createContext(
  agents: ReadonlySet<string> | undefined,
  plans: ReadonlyMap<string, unknown> | undefined,
): Context {
  const problems: Problem[] = [];
  let compared = 0;
  return {
    agents,
    plans,
    visited: new Map(),
    problems,
    report: (code, path, message, hint) => void problems.push(problem(code, path, message, hint)),
    suggest: (came, names) => {
      compared += names.size;
      return compared > MAX_COMPARISONS ? undefined : didYouMean(came, names.keys());
    },
  };
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
