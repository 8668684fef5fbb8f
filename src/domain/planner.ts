// The contract between a run and a planner agent: what it is asked, and how its answer is read.
import type { CatalogueEntry } from './catalogue.js';
import type { Replan } from './plan.js';
import { duplicateKey } from './duplicate-key.js';
import { jsonIn } from './json-text.js';
import { got, problem, type Problem } from './problem.js';
import type { ReplanQuestion } from './replan-question.js';
import { jsonBytes } from './size.js';

const DEFAULT_MAX_TASKS = 50;
const DEFAULT_MAX_ITEMS = 1_000;
export const DEFAULT_REPAIRS = 2;
/** A planner that makes a hundred mistakes is helped by the first of them. */
const MAX_PROBLEMS = 50;
/** A larger plan is not sent back: the problems name its places. */
export const MAX_PREVIOUS_BYTES = 256 * 1024;

/** What a plan is held to, whatever the planner thinks of it. */
export interface PlanLimits {
  /** Tasks, those of inline plans included. */
  readonly maxTasks: number;
  /** Items of each forEach. */
  readonly maxItems: number;
  /** Levels of decomposition that are left to the plan: 0 if it may not decompose. */
  readonly depth: number;
}

export const limitsOf = ({ maxTasks, maxItems, maxDepth }: Replan): PlanLimits => ({
  maxTasks: maxTasks ?? DEFAULT_MAX_TASKS,
  maxItems: maxItems ?? DEFAULT_MAX_ITEMS,
  depth: (maxDepth ?? 1) - 1,
});

/** The input of a planner agent. It answers a plan, or `{ plan, input }` with the input to run it with, as JSON or as its text. */
export interface PlannerRequest {
  readonly goal: string;
  /** What the plan will be run with, unless the planner says otherwise. */
  readonly input: unknown;
  readonly agents: readonly CatalogueEntry[];
  readonly limits: PlanLimits;
  /** Present where a plan has failed: the answer is to be what remains to be done. */
  readonly replan?: ReplanQuestion;
  /** Its last answer, and what is wrong with it; `more` is how many problems are not told. */
  readonly rejected?: { readonly answer: unknown; readonly problems: readonly Problem[]; readonly more?: number };
}

export function rejection(answer: unknown, problems: readonly Problem[]): NonNullable<PlannerRequest['rejected']> {
  const more = problems.length - MAX_PROBLEMS;
  return {
    answer: jsonBytes(answer) <= MAX_PREVIOUS_BYTES ? answer : null,
    problems: problems.slice(0, MAX_PROBLEMS),
    ...(more > 0 ? { more } : {}),
  };
}

/** What a planner says, or why that is none. */
export type PlannerAnswer =
  | {
      readonly plan: unknown;
      /** Absent where the planner leaves it to the task. */
      readonly input?: unknown;
    }
  | { readonly problem: Problem };

/** Reads what a planner answers; a text is read as JSON, also within a fence. */
export function readAnswer(answer: unknown): PlannerAnswer {
  const read = typeof answer === 'string' ? readText(answer) : { value: answer };
  if ('problem' in read) return read;
  const { value } = read;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return noPlan(value);
  if (!('plan' in value) || 'tasks' in value) return { plan: value };
  return 'input' in value ? { plan: value.plan, input: value.input } : { plan: value.plan };
}

function readText(text: string): { readonly value: unknown } | { readonly problem: Problem } {
  const found = jsonIn(text);
  if ('error' in found) {
    return { problem: problem('plan.not-json', [], `expected a plan as JSON, got ${got(text)}`, found.error) };
  }
  const twice = duplicateKey(found.json);
  if (twice === undefined) return found;
  return { problem: problem('plan.duplicate-id', twice, 'expected each key of an object once, got it again') };
}

const noPlan = (value: unknown): PlannerAnswer => ({
  problem: problem('plan.not-an-object', [], `expected an object with name and tasks, got ${got(value)}`),
});
