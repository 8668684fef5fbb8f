// From what the caller has to the input of the Workflow: everything that can be refused is refused here.
import type { Agent } from '../domain/agent.js';
import { MAX_VALUE_BYTES } from '../domain/call.js';
import { cardsOf } from '../domain/cards.js';
import { InvalidPlanError } from '../domain/parse-plan.js';
import type { Plan } from '../domain/plan.js';
import { problem, type Problem } from '../domain/problem.js';
import type { RunInput } from '../domain/run-input.js';
import { jsonBytes } from '../domain/size.js';
import { validatePlan } from '../domain/validate/index.js';
import { checkJsonSchema, compileSchema } from '../json-schema.js';
import { parseBudget } from './budget.js';
import { InvalidInputError } from './errors.js';
import { parseTenant } from './tenant.js';

export interface Known {
  /** Absent where nobody knows which agents the workers have: they are not checked then. */
  readonly agents?: readonly Agent[];
  readonly plans?: ReadonlyMap<string, unknown>;
}

/** All that is wrong with a plan, its JSON Schema included. */
export function checkPlan(raw: unknown, { agents, plans }: Known): { problems: Problem[]; plan?: Plan } {
  const { problems, plan } = validatePlan(
    raw,
    agents?.map(({ type }) => type),
    plans,
  );
  const schema = typeof raw === 'object' && raw !== null && 'input' in raw ? raw.input : undefined;
  const broken = schema === undefined ? [] : checkJsonSchema(schema);
  const all = [...problems, ...broken.map((text) => problem('plan.bad-schema', ['input'], text))];
  return plan === undefined || all.length > 0 ? { problems: all } : { problems: all, plan };
}

/** What is said of a run beside its plan and input; checked here. */
export interface RunTerms {
  readonly budget?: unknown;
  readonly tenant?: unknown;
}

/** Throws InvalidPlanError, InvalidInputError. */
export function prepareRun(
  raw: unknown,
  input: unknown,
  known: Known,
  { budget, tenant }: RunTerms = {},
): RunInput & { plan: Plan } {
  const { problems, plan } = checkPlan(raw, known);
  if (plan === undefined) throw new InvalidPlanError(problems);
  const value = checkInput(plan, input);
  const asked = budget === undefined ? undefined : parseBudget(budget);
  const named = namedPlans(plan, known.plans);
  const agents = cardsOf(known.agents ?? []);
  const request = {
    plan,
    input: value,
    ...(asked === undefined ? {} : { budget: asked }),
    ...(tenant === undefined ? {} : { tenant: parseTenant(tenant) }),
    ...(Object.keys(agents).length === 0 ? {} : { agents }),
    ...(Object.keys(named).length === 0 ? {} : { plans: named }),
  };
  const bytes = jsonBytes(request);
  if (bytes <= MAX_VALUE_BYTES) return request;
  throw new InvalidInputError([
    `plan and input are ${bytes} bytes of JSON together, at most ${MAX_VALUE_BYTES} fit into one payload`,
  ]);
}

function checkInput(plan: Plan, input: unknown): unknown {
  const value = input ?? {};
  if (plan.input === undefined) return value;
  const checked = compileSchema(plan.input, 'input')(value);
  if (!checked.ok) throw new InvalidInputError(checked.problems);
  return value;
}

/** The plans that this one refers to by name, and those that they refer to. */
function namedPlans(plan: Plan, plans: ReadonlyMap<string, unknown> = new Map()): Record<string, unknown> {
  const found = new Map<string, unknown>();
  const visit = ({ tasks }: Plan): void => {
    for (const { plan: sub } of Object.values(tasks)) {
      if (typeof sub === 'object') visit(sub);
      if (typeof sub !== 'string' || found.has(sub)) continue;
      found.set(sub, plans.get(sub));
      visit(plans.get(sub) as Plan);
    }
  };
  visit(plan);
  return Object.fromEntries(found);
}
