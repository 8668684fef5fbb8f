// A run that has failed asks for another plan, undoes what that drops, and goes on with it.
// N1. While it asks, nothing is in flight but the planner: what was cancelled has settled.
// N2. It goes on in a fresh history, whose input is the new plan: whoever reads the run sees what is run.
// N3. A cancel ends it at any time; so does a planner that has no plan. Then all is undone, what was kept too.
import { allHandlersFinished, CancellationScope, condition, continueAsNew } from '@temporalio/workflow';
import { endHold, passTime } from '../domain/budget-events.js';
import { reserve } from '../domain/budget-gate.js';
import { addUsage, MAX_VALUE_BYTES } from '../domain/call.js';
import type { Catalogue } from '../domain/catalogue.js';
import { buildGraph, type GraphTask } from '../domain/graph.js';
import type { Outcome } from '../domain/outcome.js';
import { limitsOf } from '../domain/planner.js';
import type { Replan } from '../domain/plan.js';
import { problem, type Problem } from '../domain/problem.js';
import { readRemaining, type Remaining } from '../domain/remaining-plan.js';
import { noteOf, replannedProgress, type Next } from '../domain/replan.js';
import { replanQuestion } from '../domain/replan-question.js';
import type { RunInput } from '../domain/run-input.js';
import { jsonBytes } from '../domain/size.js';
import { beginDrop, beginUndo } from '../domain/undo.js';
import { tellPause, watchDuration } from './budget.js';
import { carriedInput } from './continuation.js';
import { askPlanner } from './kinds/ask-planner.js';
import { fetchCatalogue } from './kinds/fetch-catalogue.js';
import { Purse } from './kinds/purse.js';
import type { Settled, Work } from './kinds/work.js';
import { outcomeOf } from './outcome-of.js';
import type { Run } from './run.js';

/** Leaves the plan to go on with in `progress.next`; without one the run ends as it has failed, and says why there is none. */
export async function planAnew(run: Run): Promise<void> {
  const { graph, progress } = run;
  progress.phase = 'replanning';
  run.planning = new CancellationScope();
  passTime(progress, Date.now() - run.startedAt);
  watchDuration(run);
  const work = askingWork(run);
  reserve(progress, work.task);
  const purse = new Purse(run, work);
  const planned = await run.planning
    .run(() => plan(run, work, purse))
    .catch((error: unknown): Settled => ({ outcome: outcomeOf(error) }));
  const { outcome } = purse.settle('outcome' in planned ? planned : { outcome: NOTHING });
  progress.usage = addUsage(progress.usage, outcome.usage);
  endHold(progress, work.task.id, outcome);
  run.budgetTimer?.cancel();
  // It was cancelled meanwhile.
  if (progress.verdict !== 'failed') return;
  if ('outcome' in planned) return noteNoPlan(run, planned.outcome);
  progress.next = planned;
  beginDrop(graph, progress, planned.note.dropped);
}

const NOTHING: Outcome = { status: 'succeeded', output: null, attempts: 0 };

/** Continues as new with the next plan, once what it drops has been undone; undoes everything if the run was cancelled meanwhile. */
export async function goOn(run: Run): Promise<void> {
  const { graph, progress } = run;
  await condition(allHandlersFinished);
  if (progress.verdict === 'failed') {
    await continueAsNew<(input: RunInput) => Promise<unknown>>(inputOfNext(run, progress.next!));
  }
  delete progress.next;
  beginUndo(graph, progress);
}

/** The asking has a name among the calls of the run, as a task has. */
function askingWork(run: Run): Work {
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

async function plan(run: Run, work: Work, purse: Purse): Promise<Next | Settled> {
  const { graph, progress } = run;
  // Validation has seen that it is there.
  const replan = graph.plan.replan!;
  tellPause(run);
  await condition(() => progress.pausedBecause === undefined);
  const catalogue = await fetchCatalogue(work, replan);
  if ('outcome' in catalogue) return catalogue;
  const { planner, repairs } = replan;
  const request = {
    goal: replan.goal ?? graph.plan.description ?? graph.plan.name,
    input: run.input,
    agents: catalogue.entries,
    limits: limitsOf(replan),
    replan: replanQuestion(graph, progress),
  };
  const read = (raw: unknown) => readNext(run, raw, replan, catalogue);
  const planned = await askPlanner({ request, planner, repairs, read, purse });
  return 'outcome' in planned ? planned : planned.made;
}

/** What is too large to be handed over is told to the planner like all that is wrong with its plan. */
function readNext(
  run: Run,
  raw: unknown,
  replan: Replan,
  catalogue: Catalogue,
): Next | { readonly problems: readonly Problem[] } {
  const { graph, progress } = run;
  const under = { limits: limitsOf(replan), catalogue, planner: replan.planner };
  const remaining: Remaining | { readonly problems: readonly Problem[] } = readRemaining(raw, graph, progress, under);
  if ('problems' in remaining) return remaining;
  const { plan, kept, dropped } = remaining;
  const next: Next = { plan, kept, cards: catalogue.cards, note: noteOf(graph, progress, dropped) };
  const bytes = jsonBytes(inputOfNext(run, next));
  if (bytes <= MAX_VALUE_BYTES) return next;
  const message = `expected a plan that fits, with all that it keeps, into ${MAX_VALUE_BYTES} bytes of JSON, got ${bytes}`;
  return { problems: [problem('plan.too-large', [], message, 'refer to less of what has succeeded')] };
}

function inputOfNext(run: Run, next: Next): RunInput {
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

/** What failed first stays the cause. */
function noteNoPlan({ progress }: Run, outcome: Outcome): void {
  if (outcome.status === 'succeeded') return;
  const { message, task } = progress.failure!;
  progress.failure = {
    ...outcome.failure,
    message: `no plan to go on with: ${outcome.failure.message}`,
    cause: message,
    ...(task === undefined ? {} : { task }),
  };
}
