// Validates a plan before it runs. All problems are found together, up to 1,000: each check works with what the checks before it
// could read, and no check throws, whatever its input is.
import type { Plan } from '../plan.js';
import { shown, problem, type Path, type Problem } from '../../problem.js';
import { checkAgents } from './agents.js';
import type { BrokerKind } from '../../event/broker-settings.js';
import { isRecord } from '../../json/own-property.js';
import { createContext, TooManyProblems, type Context } from './context.js';
import { checkEdges, type Needs } from './dependencies.js';
import { checkOutput, checkTaskExpressions, readExpressions } from './expressions.js';
import { MAX_PLAN_BYTES, jsonProblem, sizeProblem } from './json-value.js';
import { checkKind } from './kinds.js';
import { checkDefaults, checkLiterals } from './literals.js';
import { checkPublish } from './publish.js';
import { readPlan } from './read-leniently.js';
import { checkDecompose, checkReplan } from './replan.js';
import { checkSubPlan, type Nesting } from './sub-plans.js';

export interface ValidationResult {
  /** Empty if the plan is valid; the first 1,000 if there are more. */
  readonly problems: Problem[];
  /** The given value if it is valid: nothing is changed or filled in. */
  readonly plan?: Plan;
  /** The needs of the plan's tasks, for `buildGraph`. */
  readonly needs?: Needs;
}

/**
 * Finds all problems of a plan. Without `agents`, it does not check that agents are registered; without `plans`, it does not check
 * that plans which are called by name are registered; without `brokers`, it does not check brokers and destinations.
 */
export function validatePlan(
  raw: unknown,
  agents?: Iterable<string>,
  plans?: ReadonlyMap<string, unknown>,
  maxBytes = MAX_PLAN_BYTES,
  brokers?: ReadonlyMap<string, BrokerKind>,
): ValidationResult {
  if (!isRecord(raw)) {
    return {
      problems: [problem('plan.not-an-object', [], `expected an object with name and tasks, got ${shown(raw)}`)],
    };
  }
  const unfit = jsonProblem(raw, maxBytes);
  if (unfit !== undefined) return { problems: [unfit] };
  const context = createContext(agents === undefined ? undefined : new Set(agents), plans, true, brokers);
  const tooLarge = sizeProblem(raw, maxBytes);
  if (tooLarge !== undefined) context.problems.push(tooLarge);
  return validate(raw, context);
}

/** Like `validatePlan`, for a plan that came in a payload: it is known to be JSON and not too large. */
export function validateSentPlan(raw: unknown, plans: ReadonlyMap<string, unknown>): ValidationResult {
  return isRecord(raw) ? validate(raw, createContext(undefined, plans, false)) : validatePlan(raw);
}

function validate(raw: Readonly<Record<string, unknown>>, context: Context): ValidationResult {
  try {
    const needs = checkPlan(raw, [], { names: [], depth: 0 }, context);
    return isValid(raw, context) ? { problems: [], plan: raw, needs } : { problems: context.problems };
  } catch (error) {
    if (error instanceof TooManyProblems) return { problems: context.problems };
    throw error;
  }
}

const isValid = (raw: unknown, context: Context): raw is Plan => context.problems.length === 0;

function checkPlan(raw: Readonly<Record<string, unknown>>, path: Path, nesting: Nesting, context: Context): Needs {
  const plan = readPlan(raw, path, context);
  checkDefaults(plan, context);
  checkReplan(plan, raw, context);
  const expressions = readExpressions(plan);
  const mentions = new Map<string, ReadonlySet<string>>();
  for (const task of plan.tasks.values()) {
    // It is not an object: that has been reported.
    if (task.raw === undefined) continue;
    checkKind(task, task.raw, context);
    checkAgents(task, context);
    checkDecompose(task, context);
    checkLiterals(task, context);
    checkPublish(task, context);
    mentions.set(task.id, checkTaskExpressions(task, plan, expressions, context));
    if (task.raw['plan'] !== undefined)
      checkSubPlan(task.raw['plan'], [...task.path, 'plan'], nesting, context, checkPlan);
  }
  checkOutput(plan, expressions, context);
  return checkEdges(plan, mentions, context);
}
