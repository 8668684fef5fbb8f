// All that is wrong with a plan file, as `baton validate` reports it.
import { checkPlan, checkPlanEnds } from '../../client/check-plan.js';
import { InvalidPlanError } from '../../domain/plan/parse.js';
import type { Problem } from '../../domain/problem.js';
import { readPlanFile } from '../../plan-file.js';
import { likelyMistakes } from './likely-mistakes.js';

/** `known`: the configuration, if there is one. Throws the errors of the file system. */
export async function findProblems(
  path: string,
  known: Parameters<typeof checkPlan>[1] = {},
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly string[] }> {
  try {
    const { problems, plan } = checkPlan(await readPlanFile(path), known);
    if (plan === undefined) return { problems, warnings: [] };
    const ends = checkPlanEnds(plan, known);
    return { ...ends, warnings: [...ends.warnings, ...(await likelyMistakes(plan, known))] };
  } catch (error) {
    if (error instanceof InvalidPlanError) return { problems: error.problems, warnings: [] };
    throw error;
  }
}
