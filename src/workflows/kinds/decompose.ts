// A task for which a planner generates a plan. The planner is called until its plan is valid, a person approves the plan if the task
// requires it, the plan runs as a sub-plan, and its output is turned into the answer.
import { defined } from '../../domain/json/defined.js';
import { formatLimits, parseLimits, lowestLimits } from '../../domain/budget/budget.js';
import type { Catalogue } from '../../domain/agent/catalogue.js';
import { plainText } from '../../domain/expression/expression.js';
import { readGeneratedPlan, type GeneratedPlan, type PlanConstraints } from '../../domain/planning/generated-plan.js';
import type { Outcome } from '../../domain/call/outcome.js';
import type { Decompose, Plan } from '../../domain/plan/plan.js';
import { planLimits } from '../../domain/planning/limits.js';
import { outcomeFromError } from '../calls/outcome-from-error.js';
import { render, renderUnopened, report, type Run } from '../run.js';
import { defaultInput } from './call-agent.js';
import { askQuestion } from './ask.js';
import { waitForDecision } from './wait-for-decision.js';
import { callPlanner } from './call-planner.js';
import { fetchCatalogue } from './fetch-catalogue.js';
import { runSubPlan } from './sub-plan.js';
import { Spending } from './spending.js';
import type { Settlement, Work } from './work.js';

export async function performDecompose(run: Run, work: Work): Promise<Settlement> {
  const decompose = work.task.task.decompose!;
  const goal = String(await render(run, decompose.goal, work.scope));
  const input = defaultInput(await renderUnopened(run, work.task.task.input, work.scope));
  const catalogue = await fetchCatalogue(run, work, decompose);
  if ('outcome' in catalogue) return catalogue;
  const spending = new Spending(run, work, parseLimits(decompose.budget));
  const call = { goal, input, catalogue, decompose, spending };
  return spending.settle(
    await solve(run, work, call).catch((error: unknown) => ({ outcome: outcomeFromError(error) })),
  );
}

interface DecomposeCall {
  readonly goal: string;
  readonly input: unknown;
  readonly catalogue: Catalogue;
  readonly decompose: Decompose;
  readonly spending: Spending;
}

async function solve(run: Run, work: Work, call: DecomposeCall): Promise<Settlement> {
  const { goal, input, catalogue, decompose, spending } = call;
  const { planner, repairs } = decompose;
  const under = planConstraints(run, call);
  const read = (raw: unknown): GeneratedPlan => readGeneratedPlan(raw, under);
  const request = { goal, input, agents: catalogue.entries, limits: under.limits };
  const planned = await callPlanner({ request, planner, repairs, read, spending, rules: run.rules });
  if ('outcome' in planned) return planned;
  const agreed = await agreeOnPlan(run, work, planned.made.plan, read);
  if ('outcome' in agreed) return agreed;
  const { plan } = agreed;
  report(run, { type: 'proposed', task: work.task.id, plan, asks: false });
  if (decompose.dryRun === true) return { outcome: { status: 'succeeded', output: plan, attempts: 1 } };
  const limits = lowestLimits(spending.left, parseLimits(plan.budget));
  const done = await runSubPlan(run, work, {
    plan: Object.keys(limits).length === 0 ? plan : { ...plan, budget: formatLimits(limits) },
    input: 'input' in planned ? planned.input : input,
    agents: { ...run.request.agents, ...catalogue.cards },
    spent: spending.spent,
  });
  spending.countSubPlan(done);
  return await aggregate(run, work, { decompose, goal, done, spending });
}

function planConstraints({ rules }: Run, { goal, catalogue, decompose }: DecomposeCall): PlanConstraints {
  const { planner, agents, maxTasks, maxItems, maxDepth, repairs, replans, onFailure } = decompose;
  const under = { limits: planLimits(decompose), catalogue, planner, rules };
  if (onFailure === undefined) return under;
  // The same limits apply if the plan is replaced by another.
  const types = agents ?? catalogue.entries.map(({ type }) => type);
  const limits = { maxTasks, maxItems, maxDepth, repairs, replans };
  const given = Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
  return { ...under, replan: { planner, goal: plainText(goal), agents: types, ...given } };
}

async function agreeOnPlan(
  run: Run,
  work: Work,
  plan: Plan,
  read: (raw: unknown) => GeneratedPlan,
): Promise<{ plan: Plan } | Settlement> {
  const { approve } = work.task.task.decompose!;
  if (approve === undefined) return { plan };
  const { id } = work.task;
  run.proposals.set(id, read);
  report(run, { type: 'proposed', task: id, plan, asks: true });
  const terms = approve === true ? {} : approve;
  if (run.rules >= 3) await askQuestion(run, work, defined({ title: terms.title, description: terms.description }));
  const answer = await waitForDecision(run, work, terms);
  run.proposals.delete(id);
  if ('outcome' in answer) return answer;
  const instead = answer.approval?.plan === undefined ? undefined : read(answer.approval.plan);
  // The validator of `approve` has rejected plans that break the limits.
  return instead !== undefined && 'plan' in instead ? instead : { plan };
}

interface Aggregation {
  readonly decompose: Decompose;
  readonly goal: string;
  readonly done: Settlement;
  readonly spending: Spending;
}

/** Turns the output into the answer. If that fails, the task is `unknown`, because the work of the sub-plan was done and must be undone. */
async function aggregate(run: Run, work: Work, { decompose, goal, done, spending }: Aggregation): Promise<Settlement> {
  const how = decompose.aggregate;
  const { outcome } = done;
  if (how === undefined || outcome.status !== 'succeeded') return done;
  const { output } = outcome;
  const last =
    typeof how === 'string'
      ? await evaluateAnswer(run, work, how, outcome)
      : await spending.call({ ...how, input: { goal, output }, suffix: 'aggregate' });
  return { ...done, outcome: last.status === 'succeeded' ? last : { ...last, status: 'unknown' } };
}

async function evaluateAnswer(
  run: Run,
  work: Work,
  expression: string,
  { output, attempts }: Extract<Outcome, { status: 'succeeded' }>,
): Promise<Outcome> {
  try {
    const answer = await render(run, expression, { ...work.scope, output });
    return { status: 'succeeded', output: answer ?? null, attempts };
  } catch (error) {
    return outcomeFromError(error);
  }
}
