// The contract between a run and a planner agent: how its answer is read, and what it gets back if the answer is rejected.
import { duplicateKey } from '../json/duplicate-keys.js';
import { bigNumberProblem, changedNumbers } from '../json/read-json.js';
import { extractJson, extractFirstBlock } from '../json/extract-json.js';
import { shown, problem, type Problem } from '../problem.js';
import type { Rules } from '../rules.js';
import { jsonBytes } from '../json/byte-size.js';
import { MAX_PREVIOUS_BYTES } from './limits.js';
import type { PlannerRequest } from './request.js';

export const DEFAULT_REPAIRS = 2;

/** The number of problems that are sent back: the first ones help a planner that makes a hundred mistakes. */
const MAX_PROBLEMS = 50;

export function rejectedAnswer(answer: unknown, problems: readonly Problem[]): NonNullable<PlannerRequest['rejected']> {
  const more = problems.length - MAX_PROBLEMS;
  return {
    answer: jsonBytes(answer) <= MAX_PREVIOUS_BYTES ? answer : null,
    problems: problems.slice(0, MAX_PROBLEMS),
    ...(more > 0 ? { more } : {}),
  };
}

/** The answer of a planner, or why it cannot be read. */
export type PlannerAnswer =
  | {
      readonly plan: unknown;
      /** Absent if the planner leaves it to the task. */
      readonly input?: unknown;
    }
  | { readonly problem: Problem };

/** Reads the answer of a planner. In text, the JSON may be anywhere. */
export function readAnswer(answer: unknown, rules: Rules): PlannerAnswer {
  const read = typeof answer === 'string' ? readText(answer, rules) : { value: answer };
  if ('problem' in read) return read;
  const { value } = read;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return notAPlan(value);
  if (!('plan' in value) || 'tasks' in value) return { plan: value };
  return 'input' in value ? { plan: value.plan, input: value.input } : { plan: value.plan };
}

/** A quick check, because a text may contain other objects as well. */
const looksLikePlan = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('tasks' in value || 'plan' in value);

function readText(text: string, rules: Rules): { readonly value: unknown } | { readonly problem: Problem } {
  const found = rules === 1 ? extractFirstBlock(text) : extractJson(text, looksLikePlan);
  if ('error' in found) {
    return { problem: problem('plan.not-json', [], `expected a plan as JSON, got ${shown(text)}`, found.error) };
  }
  const twice = duplicateKey(found.json);
  if (twice !== undefined) {
    return { problem: problem('plan.duplicate-id', twice, 'expected each key of an object once, got it twice') };
  }
  const [changed] = rules < 3 ? [] : changedNumbers(found.json);
  if (changed === undefined) return found;
  return { problem: problem('plan.big-number', [], bigNumberProblem(changed.source)) };
}

const notAPlan = (value: unknown): PlannerAnswer => ({
  problem: problem('plan.not-an-object', [], `expected an object with name and tasks, got ${shown(value)}`),
});
