// A task that a planner turns into a plan: it is asked, told what is wrong until nothing is, the plan is shown to a person
// where that is asked for, run as a sub-plan, and its output made into the answer.
import { inTime } from '../../domain/soon.js';
import { readMadePlan, type Made } from '../../domain/made-plan.js';
import { jointOrigin, type Origin } from '../../domain/origin.js';
import type { Outcome } from '../../domain/outcome.js';
import type { Decompose, Plan } from '../../domain/plan.js';
import { addUsage, NO_USAGE, type Usage } from '../../domain/call.js';
import { limitsOf } from '../../domain/planner.js';
import { outcomeOf } from '../outcome-of.js';
import { render, report, type Run } from '../run.js';
import { callAgent, inputOf } from './agent.js';
import { askPerson } from './ask-person.js';
import { askPlanner, type Planned } from './ask-planner.js';
import { fetchCatalogue } from './fetch-catalogue.js';
import { runSubPlan } from './plan.js';
import type { Settled, Work } from './work.js';

export async function performDecompose(run: Run, work: Work): Promise<Settled> {
  const decompose = work.task.task.decompose!;
  const goal = String(await inTime(render(run, decompose.goal, work.scope)));
  const input = inputOf(await inTime(render(run, work.task.task.input, work.scope)));
  const catalogue = await fetchCatalogue(work, decompose);
  if ('outcome' in catalogue) return catalogue;
  const { planner } = decompose;
  const under = { limits: limitsOf(decompose), catalogue, planner };
  const planned = await askPlanner(run, work, { goal, input, under, decompose });
  if ('outcome' in planned) return planned;
  const read = (raw: unknown): Made => readMadePlan(raw, under);
  const agreed = await agree(run, work, planned, read);
  if ('outcome' in agreed) return withUsage(agreed, planned.usage);
  const { plan } = agreed;
  report(run, { type: 'proposed', task: work.task.id, plan, asks: false });
  if (decompose.dryRun === true) {
    return ofOrigin({ outcome: { status: 'succeeded', output: plan, attempts: 1, usage: planned.usage } }, [
      planned.origin,
    ]);
  }
  const agents = { ...run.request.agents, ...catalogue.cards };
  const done = await runSubPlan(run, work, {
    plan,
    input: 'input' in planned ? planned.input : input,
    agents,
    spent: planned.usage,
  });
  const settled = await aggregate(run, work, { decompose, goal, done });
  // An expression makes nothing that is not there.
  const last = typeof decompose.aggregate === 'object' ? settled : done;
  return ofOrigin(withUsage(settled, planned.usage), [planned.origin, originIn(done), originIn(last)]);
}

const originIn = ({ outcome }: Settled): Origin | undefined =>
  outcome.status === 'succeeded' ? outcome.origin : undefined;

function ofOrigin(settled: Settled, origins: readonly (Origin | undefined)[]): Settled {
  if (settled.outcome.status !== 'succeeded') return settled;
  const { origin: _, ...outcome } = settled.outcome;
  const origin = jointOrigin(origins);
  return { ...settled, outcome: origin === undefined ? outcome : { ...outcome, origin } };
}

async function agree(
  run: Run,
  work: Work,
  { plan }: Planned,
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
}

/** What could not be made into an answer has been done all the same: it is `unknown`, so that it is undone. */
async function aggregate(run: Run, work: Work, { decompose, goal, done }: Done): Promise<Settled> {
  const how = decompose.aggregate;
  const { outcome } = done;
  if (how === undefined || outcome.status !== 'succeeded') return done;
  const { output } = outcome;
  const last =
    typeof how === 'string'
      ? await evaluated(run, work, how, outcome)
      : (await callAgent(run, work, { ...how, input: { goal, output }, suffix: 'aggregate' })).outcome;
  const usage = addUsage(outcome.usage ?? NO_USAGE, last.usage);
  return { ...done, outcome: last.status === 'succeeded' ? { ...last, usage } : { ...last, usage, status: 'unknown' } };
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

function withUsage({ outcome, ...rest }: Settled, spent: Usage): Settled {
  return { ...rest, outcome: { ...outcome, usage: addUsage(spent, outcome.usage) } };
}
