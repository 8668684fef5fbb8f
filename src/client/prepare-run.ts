// From the caller's plan and input to the input of the Workflow. Everything that can be rejected before a run starts is
// rejected here.
import { defined } from '../domain/json/defined.js';
import { jsonFault } from '../domain/json/json-fault.js';
import { formatPath } from '../domain/problem.js';
import { fitsInto, jsonBytes } from '../domain/json/byte-size.js';
import { cardsOf } from '../domain/agent/card.js';
import { InvalidPlanError } from '../domain/plan/parse.js';
import type { Plan } from '../domain/plan/plan.js';
import type { Problem } from '../domain/problem.js';
import { checkEnd, STORAGE_HINT } from '../domain/run/end-check.js';
import { valueLimitOf, type RunInput } from '../domain/run/input.js';
import { compileRunInput } from '../json-schema/run-input.js';
import { parseBudget } from './budget.js';
import { checkPlan, type KnownAgents } from './check-plan.js';
import { InvalidInputError } from './errors.js';
import { parseTenant } from './tenant.js';

declare const PREPARED: unique symbol;

/** The input of a run that can start: only `prepareRun` makes one. */
export type PreparedRun = RunInput & { readonly plan: Plan; readonly [PREPARED]: true };

/** What a caller may set for a run in addition to its plan and input; checked by `prepareRun`. */
export interface RunTerms {
  readonly budget?: unknown;
  readonly tenant?: unknown;
  /** The most bytes of JSON of one payload: `MAX_STORED_VALUE_BYTES` if payloads are stored. Default: `MAX_VALUE_BYTES`. */
  readonly valueLimit?: number;
}

/** Throws InvalidPlanError, InvalidInputError. */
export const prepareRun = (raw: unknown, input: unknown, known: KnownAgents, terms: RunTerms = {}): PreparedRun =>
  preparePlan(raw, known, terms)(input);

/** Validates a plan once, for many runs of it. Throws InvalidPlanError; the returned function throws InvalidInputError. */
export function preparePlan(
  raw: unknown,
  known: KnownAgents,
  { budget, tenant, valueLimit }: RunTerms = {},
): (input: unknown) => PreparedRun {
  // The run carries the plans that its tasks name, so all of them must be known.
  const { plans = new Map<string, unknown>() } = known;
  const { problems, plan } = checkPlan(raw, { ...known, plans }, defined({ valueLimit }));
  if (plan === undefined)
    throw new InvalidPlanError(known.plans === undefined ? problems.map(withPlansHint) : problems);
  const check = inputCheck(plan);
  const named = namedPlans(plan, plans);
  const agents = cardsOf(known.agents ?? []);
  return (input) => {
    const value = check(input);
    const terms = defined({
      budget: budget === undefined ? undefined : parseBudget(budget),
      tenant: tenant === undefined ? undefined : parseTenant(tenant),
      valueLimit,
    });
    const request = {
      plan,
      input: value,
      ...terms,
      ...(Object.keys(agents).length === 0 ? {} : { agents }),
      ...(Object.keys(named).length === 0 ? {} : { plans: named }),
    };
    refuseSize(request);
    return request as RunInput & { plan: Plan } as PreparedRun;
  };
}

const withPlansHint = (one: Problem): Problem =>
  one.code === 'plan.unknown-plan'
    ? { ...one, hint: 'this client knows no plans by name: give them to it as "plans", or write the plan itself here' }
    : one;

function refuseSize(request: RunInput & { readonly plan: Plan }): void {
  const limit = valueLimitOf(request);
  if (fitsInto(request, limit)) {
    const { problem } = checkEnd(request);
    if (problem === undefined) return;
    throw new InvalidInputError([`${problem}; ${STORAGE_HINT}`]);
  }
  throw new InvalidInputError([
    `plan and input are ${jsonBytes(request)} bytes of JSON together, at most ${limit} fit into one payload; ${STORAGE_HINT}`,
  ]);
}

/** The same run with the limit of the client that starts it. Throws InvalidInputError if it does not fit into that. */
export function withValueLimit(prepared: PreparedRun, valueLimit: number | undefined): PreparedRun {
  if (prepared.valueLimit === valueLimit) return prepared;
  const { valueLimit: _, ...rest } = prepared;
  const request = { ...rest, ...defined({ valueLimit }) } as PreparedRun;
  refuseSize(request);
  return request;
}

/** Deeper values are mistakes of programs. */
const MAX_LEVELS = 1_000;

/** Returns the input with the defaults of its schema. */
function inputCheck(plan: Plan): (input: unknown) => unknown {
  const check = plan.input === undefined ? undefined : compileRunInput(plan.input);
  return (input) => {
    // JSON would change a Map or NaN without an error.
    const fault = jsonFault(input ?? {}, { levels: MAX_LEVELS, values: Infinity, converts: true });
    if (fault !== undefined) throw new InvalidInputError([`${formatPath(['input', ...fault.path])}: ${fault.message}`]);
    if (check === undefined) return input ?? {};
    const checked = check(input);
    if (!checked.ok) throw new InvalidInputError(checked.problems);
    return checked.value;
  };
}

/** The plans that this plan refers to by name, and those that they refer to. */
function namedPlans(plan: Plan, plans: ReadonlyMap<string, unknown>): Record<string, unknown> {
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
