// A plan is proved before it runs: everything that is wrong with it is found at once, so each check goes on with what the
// ones before it could read, and none throws, whatever it is given.
import type { Plan } from '../plan.js';
import { got, problem, type Path, type Problem } from '../problem.js';
import { checkAgents } from './agents.js';
import { createContext, isRecord, type Context } from './context.js';
import { checkEdges, type Needs } from './edges.js';
import { checkOutput, checkTaskExpressions, readExpressions } from './expressions.js';
import { jsonProblem, sizeProblem } from './json-value.js';
import { checkKind } from './kinds.js';
import { checkDefaults, checkLiterals } from './literals.js';
import { readPlan } from './read.js';
import { checkDecompose, checkReplan } from './replan.js';
import { checkSubPlan, type Way } from './sub-plans.js';

export interface Verdict {
  /** Empty if, and only if, there is a plan. */
  readonly problems: Problem[];
  /** What was given: nothing is changed or filled in. */
  readonly plan?: Plan;
  /** Of that plan's tasks; see `buildGraph`. */
  readonly needs?: Needs;
}

/**
 * Everything that is wrong with a plan. Without `agents` it is not checked whether the agents are there; without `plans`
 * (by name), whether the plans called by name are.
 */
export function validatePlan(raw: unknown, agents?: Iterable<string>, plans?: ReadonlyMap<string, unknown>): Verdict {
  if (!isRecord(raw)) {
    return { problems: [problem('plan.not-an-object', [], `expected an object with name and tasks, got ${got(raw)}`)] };
  }
  const unfit = jsonProblem(raw);
  if (unfit !== undefined) return { problems: [unfit] };
  const context = createContext(agents === undefined ? undefined : new Set(agents), plans);
  const tooLarge = sizeProblem(raw);
  if (tooLarge !== undefined) context.problems.push(tooLarge);
  return prove(raw, context);
}

/** As `validatePlan`, for a plan that has come in a payload, and so is known to be JSON that fits into one. */
export function validateSentPlan(raw: unknown, plans: ReadonlyMap<string, unknown>): Verdict {
  return isRecord(raw) ? prove(raw, createContext(undefined, plans)) : validatePlan(raw);
}

function prove(raw: Readonly<Record<string, unknown>>, context: Context): Verdict {
  const needs = checkPlan(raw, [], { names: [], depth: 0 }, context);
  return isProved(raw, context) ? { problems: [], plan: raw, needs } : { problems: context.problems };
}

const isProved = (raw: unknown, context: Context): raw is Plan => context.problems.length === 0;

function checkPlan(raw: Readonly<Record<string, unknown>>, path: Path, way: Way, context: Context): Needs {
  const plan = readPlan(raw, path, context);
  checkDefaults(plan, context);
  checkReplan(plan, raw, context);
  const names = readExpressions(plan);
  const mentions = new Map<string, ReadonlySet<string>>();
  for (const task of plan.tasks.values()) {
    // What is no task at all has been reported as that.
    if (task.raw === undefined) continue;
    checkKind(task, task.raw, context);
    checkAgents(task, context);
    checkDecompose(task, context);
    checkLiterals(task, context);
    mentions.set(task.id, checkTaskExpressions(task, plan, names, context));
    if (task.raw['plan'] !== undefined) checkSubPlan(task.raw['plan'], [...task.path, 'plan'], way, context, checkPlan);
  }
  checkOutput(plan, names, context);
  return checkEdges(plan, mentions, context);
}
