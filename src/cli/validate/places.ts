// The places of problems in the files of a plan, as line and column.
import { createLocator } from '../../plan-file/locate.js';
import { formatProblem, type Problem } from '../../domain/problem.js';
import { ProblemsError } from '../../domain/problems-error.js';
import { visibleName } from '../../domain/text/visible.js';

export type PlacedProblem = Problem & { readonly file?: string; readonly line?: number; readonly column?: number };

/** The message of a problem of the text has its place. */
const OF_TEXT = new Set(['plan.unreadable', 'plan.syntax', 'plan.duplicate-key', 'plan.big-number', 'plan.too-nested']);

export async function withPlaces(problems: readonly Problem[], file: string): Promise<PlacedProblem[]> {
  const { locate } = createLocator(file);
  return await Promise.all(
    problems.map(async (problem) => ({
      ...problem,
      ...(OF_TEXT.has(problem.code) ? undefined : await locate(problem.path).catch(() => undefined)),
    })),
  );
}

/** `tasks.b.needs[0]: expected …, got "x" (plan.yaml:4:13)` */
export const formatPlaced = (problem: PlacedProblem): string =>
  `${formatProblem(problem)}${problem.file === undefined ? '' : ` (${visibleName(problem.file)}:${problem.line}:${problem.column})`}`;

/** An InvalidPlanError that has the places of its problems. */
class PlacedPlanError extends ProblemsError<PlacedProblem> {
  override readonly name = 'InvalidPlanError';

  constructor(problems: readonly PlacedProblem[]) {
    super(problems, formatPlaced);
  }
}

/** Does the work with the plan of a file. If the plan is refused, the error has the places of the problems. */
export async function placingProblems<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'InvalidPlanError') throw error;
    throw new PlacedPlanError(await withPlaces((error as ProblemsError<Problem>).problems, file));
  }
}
