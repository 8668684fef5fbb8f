// Opens a run: validates its input and its plan, and builds the state that the rest of the Workflow works on.
import { defineSearchAttributeKey } from '@temporalio/common';
import { ApplicationFailure, CancellationScope, workflowInfo } from '@temporalio/workflow';
import { defined } from '../domain/json/defined.js';
import { estimatesIn } from '../domain/agent/card.js';
import { chooseBudget } from '../domain/budget/budget.js';
import type { EscrowSources } from '../domain/budget/ledger.js';
import type { FailureType } from '../domain/failure.js';
import { checkFrom, downstreamOf, unreadNeeds } from '../domain/plan/downstream.js';
import { buildGraph, type Graph, type GraphTask } from '../domain/plan/graph.js';
import { MAX_DEPTH, type Plan } from '../domain/plan/plan.js';
import { validateSentPlan } from '../domain/plan/validate/index.js';
import { formatProblem } from '../domain/problem.js';
import { createProgress } from '../domain/progress/progress.js';
import { OBSERVER, type Progress } from '../domain/progress/state.js';
import { Inbox } from '../domain/run/inbox.js';
import { RunInput } from '../domain/run/input.js';
import { Journal } from '../domain/run/journal.js';
import { runScope, type RunFacts } from '../domain/run/scope.js';
import { Pace } from './workflow-task/pace.js';
import { chooseTerms } from './rules.js';
import { openTrace } from '../domain/run/run-trace.js';
import { keyPrefix, type Run } from './run.js';
import { noStoredValues } from './stored-values.js';

/** Opens a run. Throws only ApplicationFailures: any other error would make Temporal retry the Workflow Task for ever. */
export function openRun(raw: unknown, isCancelRequested: Run['isCancelRequested']): Run {
  const parsed = RunInput.safeParse(raw);
  if (!parsed.success)
    throw refusal(
      'InvalidInput',
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    );
  const request = parsed.data;
  const { rules, notifies } = chooseTerms(request);
  const { plan, problems, needs } = validateOnce(request);
  if (plan === undefined || problems.length > 0) throw refusal('InvalidPlan', problems.map(formatProblem));
  if ((request.parent?.depth ?? 0) > MAX_DEPTH)
    throw refusal('InvalidPlan', [`sub-plans are more than ${MAX_DEPTH} levels deep`]);
  const { carried, reuse } = request;
  // After a re-planning, the plan need not have all tasks of the first one.
  const from = (reuse?.from ?? []).filter((id) => carried === undefined || Object.hasOwn(plan.tasks, id));
  const unknown = checkFrom(plan, from);
  if (unknown.length > 0) throw refusal('InvalidInput', unknown);
  const known = carried?.progress ?? request.undo?.progress;
  const graph = buildGraph(plan, { needs, states: known?.tasks });
  const progress = known ?? createProgress(graph, escrowSources(request, plan));
  const facts: RunFacts = request.undo ?? {
    id: workflowInfo().workflowId,
    input: request.input === undefined ? {} : request.input,
    startedAt: request.carried?.startedAt ?? workflowInfo().runStartTime.getTime(),
    ...(rules < 3 ? {} : defined({ scheduledAt: request.carried?.scheduledAt ?? scheduledTime() })),
  };
  const { workflowId, firstExecutionRunId, runStartTime } = workflowInfo();
  const trace = openTrace(request, {
    // What several runs undo of one run has a span in each of them.
    name: request.undo === undefined ? keyPrefix({ id: facts.id, request }) : workflowId,
    firstRunId: firstExecutionRunId,
    openedAt: runStartTime.getTime(),
  });
  return {
    id: facts.id,
    input: facts.input,
    startedAt: facts.startedAt,
    ...defined({ scheduledAt: facts.scheduledAt }),
    request,
    rules,
    notifies,
    isCancelRequested,
    graph,
    progress,
    inbox: new Inbox(request.carried?.inbox),
    journal: openJournal(graph, progress, request.carried === undefined ? facts.startedAt : undefined),
    awaited: new Map(),
    waiters: [...graph.tasks.values()].filter(mayWait),
    scope: runScope(graph, progress, facts),
    work: new CancellationScope(),
    loop: { hasChanged: false },
    forEach: { items: new Map(), scopes: new Map() },
    fork: { runAgain: downstreamOf(graph, from), unread: reuse === undefined ? new Map() : unreadNeeds(plan) },
    budget: { isPauseReported: false },
    proposals: new Map(),
    templates: new Map(),
    itemTemplates: new Map(),
    legacyTemplates: new Map(),
    pace: new Pace(),
    storedValues: noStoredValues(),
    sent: { historyLength: 0, bytes: 0 },
    begun: new Map(),
    stopping: new Set(),
    ...defined({ trace }),
  };
}

/** `startedAt`: the run begins with this execution. */
function openJournal(graph: Graph, progress: Progress, startedAt: number | undefined): Journal {
  const journal = new Journal(graph, progress, startedAt);
  progress[OBSERVER] = { moved: (task, to) => journal.moved(task, to, Date.now()) };
  return journal;
}

const SCHEDULED_TIME = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** The server sets this search attribute of a Workflow that a Schedule starts. */
const scheduledTime = (): number | undefined => workflowInfo().typedSearchAttributes.get(SCHEDULED_TIME)?.getTime();

const mayWait = ({ kind, task }: GraphTask): boolean =>
  kind === 'approve' || kind === 'event' || task.decompose?.approve !== undefined;

/** A run that continues as new has validated its plan before. For 50,000 tasks, that is most of the time that opening takes. */
function validateOnce({ plan, plans = {}, carried }: RunInput): ReturnType<typeof validateSentPlan> {
  if (carried !== undefined) return { plan: plan as Plan, problems: [] };
  return validateSentPlan(plan, new Map(Object.entries(plans)));
}

/** The sources of the escrow; `undefined` for a run without a budget. */
function escrowSources({ budget: given, agents = {}, plans = {} }: RunInput, plan: Plan): EscrowSources | undefined {
  const budget = chooseBudget(plan.budget, given);
  if (budget === undefined) return undefined;
  return { budget, estimates: estimatesIn(agents), plans };
}

const refusal = (type: FailureType, lines: readonly string[]): ApplicationFailure =>
  ApplicationFailure.nonRetryable(lines.join('\n'), type);
