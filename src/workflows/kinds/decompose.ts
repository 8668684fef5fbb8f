// A task that a planner turns into a plan: it is asked, told what is wrong until nothing is, the plan is shown to a person
// where that is asked for, run as a sub-plan, and its output made into the answer.
import { tightest } from '../../domain/budget.js';
import type { Catalogue } from '../../domain/catalogue.js';
import { plainText } from '../../domain/expression.js';
import { inTime } from '../../domain/soon.js';
import { readMadePlan, type Made, type MadeUnder } from '../../domain/made-plan.js';
import type { Outcome } from '../../domain/outcome.js';
import type { Decompose, Plan } from '../../domain/plan.js';
import { limitsOf } from '../../domain/planner.js';
import { outcomeOf } from '../outcome-of.js';
import { render, report, type Run } from '../run.js';
import { inputOf } from './agent.js';
import { askPerson } from './ask-person.js';
import { askPlanner } from './ask-planner.js';
import { fetchCatalogue } from './fetch-catalogue.js';
import { runSubPlan } from './plan.js';
import { Purse } from './purse.js';
import type { Settled, Work } from './work.js';

export async function performDecompose(run: Run, work: Work): Promise<Settled> {
  const decompose = work.task.task.decompose!;
  const goal = String(await inTime(render(run, decompose.goal, work.scope)));
  const input = inputOf(await inTime(render(run, work.task.task.input, work.scope)));
  const catalogue = await fetchCatalogue(work, decompose);
  if ('outcome' in catalogue) return catalogue;
  const purse = new Purse(run, work, decompose.budget);
  const asked = { goal, input, catalogue, decompose, purse };
  return purse.settle(await solve(run, work, asked).catch((error: unknown) => ({ outcome: outcomeOf(error) })));
}

interface Solve {
  readonly goal: string;
  readonly input: unknown;
  readonly catalogue: Catalogue;
  readonly decompose: Decompose;
  readonly purse: Purse;
}

async function solve(run: Run, work: Work, asked: Solve): Promise<Settled> {
  const { goal, input, catalogue, decompose, purse } = asked;
  const { planner, repairs } = decompose;
  const under = madeUnder(asked);
  const read = (raw: unknown): Made => readMadePlan(raw, under);
  const request = { goal, input, agents: catalogue.entries, limits: under.limits };
  const planned = await askPlanner({ request, planner, repairs, read, purse });
  if ('outcome' in planned) return planned;
  const agreed = await agree(run, work, planned.made.plan, read);
  if ('outcome' in agreed) return agreed;
  const { plan } = agreed;
  report(run, { type: 'proposed', task: work.task.id, plan, asks: false });
  if (decompose.dryRun === true) return { outcome: { status: 'succeeded', output: plan, attempts: 1 } };
  const budget = tightest(purse.left, plan.budget);
  const done = await runSubPlan(run, work, {
    plan: budget === undefined ? plan : { ...plan, budget },
    input: 'input' in planned ? planned.input : input,
    agents: { ...run.request.agents, ...catalogue.cards },
    spent: purse.spent,
  });
  purse.countSubPlan(done);
  return await aggregate(run, work, { decompose, goal, done, purse });
}

function madeUnder({ goal, catalogue, decompose }: Solve): MadeUnder {
  const { planner, agents, maxTasks, maxItems, maxDepth, repairs, replans, onFailure } = decompose;
  const under = { limits: limitsOf(decompose), catalogue, planner };
  if (onFailure === undefined) return under;
  // What was allowed when the plan was made is what is allowed when another takes its place.
  const types = agents ?? catalogue.entries.map(({ type }) => type);
  const limits = { maxTasks, maxItems, maxDepth, repairs, replans };
  const said = Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
  return { ...under, replan: { planner, goal: plainText(goal), agents: types, ...said } };
}

async function agree(
  run: Run,
  work: Work,
  plan: Plan,
  read: (raw: unknown) => Made,
): Promise<{ plan: Plan } | Settled> {
  const { approve } = work.task.task.decompose!;
  if (approve === undefined) return { plan };
  const { id } = work.task;
  run.proposals.set(id, read);
  report(run, { type: 'proposed', task: id, plan, asks: true });
  const answer = await askPerson(run, work, approve === true ? {} : approve);
  run.proposals.delete(id);
  if ('outcome' in answer) return answer;
  const instead = answer.approval?.plan === undefined ? undefined : read(answer.approval.plan);
  // What does not fit has been refused before it could be sent.
  return instead !== undefined && 'plan' in instead ? instead : { plan };
}

interface Done {
  readonly decompose: Decompose;
  readonly goal: string;
  readonly done: Settled;
  readonly purse: Purse;
}

/** What could not be made into an answer has been done all the same: it is `unknown`, so that it is undone. */
async function aggregate(run: Run, work: Work, { decompose, goal, done, purse }: Done): Promise<Settled> {
  const how = decompose.aggregate;
  const { outcome } = done;
  if (how === undefined || outcome.status !== 'succeeded') return done;
  const { output } = outcome;
  const last =
    typeof how === 'string'
      ? await evaluated(run, work, how, outcome)
      : await purse.call({ ...how, input: { goal, output }, suffix: 'aggregate' });
  return { ...done, outcome: last.status === 'succeeded' ? last : { ...last, status: 'unknown' } };
}

async function evaluated(
  run: Run,
  work: Work,
  expression: string,
  { output, attempts }: Extract<Outcome, { status: 'succeeded' }>,
): Promise<Outcome> {
  try {
    const answer = await inTime(render(run, expression, { ...work.scope, output }));
    return { status: 'succeeded', output: answer ?? null, attempts };
  } catch (error) {
    return outcomeOf(error);
  }
}
