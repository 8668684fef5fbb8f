// Re-planning: a run that has failed gets another plan from a planner, undoes the tasks that the plan drops, and continues with it.
// N1. During the call of the planner nothing else is in flight: calls that were cancelled have settled.
// N2. The run continues as new with the new plan as its input, so that readers of the run see the plan that is running.
// N3. A cancel ends the re-planning at any time, and so does a planner without a plan. Then everything is undone, kept tasks too.
import { defined } from '../domain/json/defined.js';
import { allHandlersFinished, CancellationScope, condition, continueAsNew } from '@temporalio/workflow';
import { advance } from '../domain/progress/advance.js';
import type { Failure } from '../domain/failure.js';
import { fitsInto, jsonBytes } from '../domain/json/byte-size.js';
import { hasValueReferences } from '../domain/json/value-reference.js';
import type { Catalogue } from '../domain/agent/catalogue.js';
import { buildGraph, type GraphTask } from '../domain/plan/graph.js';
import type { Outcome } from '../domain/call/outcome.js';
import { planLimits } from '../domain/planning/limits.js';
import type { Replan } from '../domain/plan/plan.js';
import { problem, type Problem } from '../domain/problem.js';
import { readRemaining, type RemainingPlan } from '../domain/planning/remaining-plan.js';
import { stateOf } from '../domain/progress/progress.js';
import { replanNote, replannedProgress } from '../domain/progress/replan.js';
import { type NextPlan } from '../domain/progress/state.js';
import { previewOf, replanQuestion, type Preview } from '../domain/planning/replan-question.js';
import { valueLimitOf, type RunInput } from '../domain/run/input.js';
import { reportPause, watchDuration } from './budget.js';
import { carriedInput } from './continue-as-new.js';
import { callPlanner } from './kinds/call-planner.js';
import { fetchCatalogue } from './kinds/fetch-catalogue.js';
import { Spending } from './kinds/spending.js';
import type { Settlement, Work } from './kinds/work.js';
import { outcomeFromError } from './calls/outcome-from-error.js';
import { exportTrace } from './trace.js';
import { isEndedByCancel, type Run } from './run.js';
import { openInRun } from './stored-values.js';

/** Sets `progress.next` to the plan to continue with. Without one the run fails, and its failure contains the reason. */
export async function replan(run: Run): Promise<void> {
  const { graph, progress } = run;
  run.planning = new CancellationScope();
  const work = plannerWork(run);
  advance(graph, progress, { type: 'replanStarted', task: work.task, ms: Date.now() - run.startedAt });
  watchDuration(run);
  const spending = new Spending(run, work);
  const planned = await run.planning
    .run(() => planRemaining(run, work, spending))
    .catch((error: unknown): Settlement => ({ outcome: outcomeFromError(error) }));
  const { outcome } = spending.settle('outcome' in planned ? planned : { outcome: NOTHING });
  run.budget.timer?.cancel();
  const found = 'outcome' in planned ? defined({ failure: outcomeFailure(planned.outcome) }) : { next: planned };
  advance(graph, progress, { type: 'replanEnded', task: work.task.id, outcome, ...found });
}

const outcomeFailure = (outcome: Outcome): Failure | undefined =>
  outcome.status === 'succeeded' ? undefined : outcome.failure;

const NOTHING: Outcome = { status: 'succeeded', output: null, attempts: 0 };

/** Continues as new with the next plan. If the run was cancelled meanwhile, starts to undo everything instead. */
export async function continueWithNextPlan(run: Run): Promise<void> {
  const { graph, progress } = run;
  if (run.trace !== undefined) await exportTrace(run);
  await condition(allHandlersFinished);
  if (!isEndedByCancel(run) && progress.verdict === 'failed') {
    await continueAsNew<(input: RunInput) => Promise<unknown>>(nextInput(run, progress.next!));
  }
  advance(graph, progress, { type: 'nextPlanAbandoned' });
}

/** The work of calling the planner: it has a name among the calls of the run, like a task. */
function plannerWork(run: Run): Work {
  const id = `replan-${(run.progress.replans?.length ?? 0) + 1}`;
  const task: GraphTask = {
    id,
    callName: id,
    kind: 'decompose',
    task: {},
    needs: [],
    dependents: [],
    join: 'all-succeeded',
    priority: 1,
    isCall: true,
    width: 1,
  };
  return { task, scope: run.scope };
}

async function planRemaining(run: Run, work: Work, spending: Spending): Promise<NextPlan | Settlement> {
  const { graph, progress } = run;
  // Validation has checked that it exists.
  const replan = graph.plan.replan!;
  reportPause(run);
  await condition(() => progress.pausedBecause === undefined);
  const catalogue = await fetchCatalogue(run, work, replan);
  if ('outcome' in catalogue) return catalogue;
  const { planner, repairs } = replan;
  const previews = await previewStored(run);
  const request = {
    goal: replan.goal ?? graph.plan.description ?? graph.plan.name,
    input: run.input,
    agents: catalogue.entries,
    limits: planLimits(replan),
    replan: replanQuestion(graph, progress, previews),
  };
  const read = (raw: unknown) => readNextPlan(run, raw, replan, catalogue);
  const planned = await callPlanner({ request, planner, repairs, read, spending, rules: run.rules });
  return 'outcome' in planned ? planned : planned.made;
}

/** The previews of outputs that are stored, one after the other: only a little of each is kept. */
async function previewStored(run: Run): Promise<ReadonlyMap<string, Preview>> {
  const previews = new Map<string, Preview>();
  for (const id of run.graph.order) {
    const { output } = stateOf(run.progress, id);
    if (hasValueReferences(output)) previews.set(id, previewOf(await openInRun(run, output)));
  }
  return previews;
}

/** Reads the answer of the planner. A plan that does not fit into a payload with the state of kept tasks is a problem like any other. */
function readNextPlan(
  run: Run,
  raw: unknown,
  replan: Replan,
  catalogue: Catalogue,
): NextPlan | { readonly problems: readonly Problem[] } {
  const { graph, progress } = run;
  const under = { limits: planLimits(replan), catalogue, planner: replan.planner, rules: run.rules };
  const remaining: RemainingPlan | { readonly problems: readonly Problem[] } = readRemaining(
    raw,
    graph,
    progress,
    under,
  );
  if ('problems' in remaining) return remaining;
  const { plan, kept, dropped } = remaining;
  const next: NextPlan = { plan, kept, cards: catalogue.cards, note: replanNote(graph, progress, dropped) };
  const input = nextInput(run, next);
  const limit = valueLimitOf(input);
  if (fitsInto(input, limit)) return next;
  const message = `expected a plan that fits, with all that it keeps, into ${limit} bytes of JSON, got ${jsonBytes(input)}`;
  return { problems: [problem('plan.too-large', [], message, 'refer to less of what has succeeded')] };
}

function nextInput(run: Run, next: NextPlan): RunInput {
  const { plan, cards } = next;
  const { plans, agents } = run.request;
  const progress = replannedProgress(buildGraph(plan), run.progress, next, plans);
  const all = { ...agents, ...cards };
  return {
    ...carriedInput({ ...run, progress }),
    plan,
    ...(Object.keys(all).length === 0 ? {} : { agents: all }),
  };
}
