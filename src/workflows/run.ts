// One run, as the shell around the pure parts holds it: what must outlive a continue-as-new is in `progress` and `inbox`,
// everything else here is made anew from the plan.
import { ApplicationFailure, CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { AgentCard } from '../domain/agent.js';
import { chooseBudget } from '../domain/budget.js';
import { estimatesIn } from '../domain/cards.js';
import { checkFrom, coneOf, unreadNeeds } from '../domain/cone.js';
import type { EscrowSources } from '../domain/escrow.js';
import { failure, type FailureType } from '../domain/failure.js';
import { advance } from '../domain/advance.js';
import type { ProgressEvent } from '../domain/progress-event.js';
import { expressionSource, type Scope } from '../domain/expression.js';
import { buildGraph, type Graph } from '../domain/graph.js';
import type { Made } from '../domain/made-plan.js';
import { MAX_DEPTH, type Plan } from '../domain/plan.js';
import { formatProblem } from '../domain/problem.js';
import { createProgress, type Progress } from '../domain/progress.js';
import { RunInput } from '../domain/run-input.js';
import type { RunResult } from '../domain/run-result.js';
import { runScope, type RunFacts } from '../domain/run-scope.js';
import type { Summary } from '../domain/summarize.js';
import { here, type Soon } from '../domain/soon.js';
import { compileTemplate, type Template } from '../domain/template.js';
import { validateSentPlan } from '../domain/validate/index.js';
import type { Sent } from './room.js';

export interface Run extends RunFacts {
  readonly request: RunInput;
  readonly graph: Graph;
  readonly progress: Progress;
  readonly inbox: Map<string, unknown[]>;
  readonly scope: Scope;
  /** Holds all that runs forward; cancelled when the run stops. */
  readonly work: CancellationScope;
  /** Holds what asks for another plan; cancelled with the run. */
  planning?: CancellationScope;
  /** The items of each forEach that runs. */
  readonly items: Map<string, readonly unknown[]>;
  /** Reads what a person writes instead of the plan that is proposed for a task. */
  readonly proposals: Map<string, (raw: unknown) => Made>;
  /** Holds what each forEach has in flight; cancelled when too many of its items have failed. */
  readonly itemScopes: Map<string, CancellationScope>;
  /** Tasks of a fork that take nothing over. */
  readonly anew: ReadonlySet<string>;
  /** Of a fork, by task: what it waits for without reading it. */
  readonly unread: ReadonlyMap<string, readonly string[]>;
  readonly templates: Map<unknown, Template>;
  readonly sent: Sent;
  /** Until the next limit of the budget's duration. */
  budgetTimer?: CancellationScope;
  /** It has been said that the budget pauses the run. */
  toldPause: boolean;
  /** Of a run that has completed. */
  result?: RunResult;
  /** Something has happened that the loop has not seen. */
  changed: boolean;
  /** Wakes the loop where it waits. */
  ring?: () => void;
  /** A defect: thrown by the loop, for a task never rejects. */
  crash?: Error;
}

/** Refuses what is no run. Nothing but an ApplicationFailure may leave: any other error would retry the Workflow Task for ever. */
export function openRun(raw: unknown): Run {
  const parsed = RunInput.safeParse(raw);
  if (!parsed.success)
    throw refusal(
      'InvalidInput',
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    );
  const request = parsed.data;
  const { plan, problems, needs } = validateSentPlan(request.plan, new Map(Object.entries(request.plans ?? {})));
  if (plan === undefined || problems.length > 0) throw refusal('InvalidPlan', problems.map(formatProblem));
  if ((request.parent?.depth ?? 0) > MAX_DEPTH)
    throw refusal('InvalidPlan', [`sub-plans are more than ${MAX_DEPTH} levels deep`]);
  const { carried, reuse } = request;
  // A plan that has taken the place of another need not have its tasks.
  const from = (reuse?.from ?? []).filter((id) => carried === undefined || Object.hasOwn(plan.tasks, id));
  const unknown = checkFrom(plan, from);
  if (unknown.length > 0) throw refusal('InvalidInput', unknown);
  const known = carried?.progress ?? request.undo?.progress;
  const graph = buildGraph(plan, { needs, states: known?.tasks });
  const progress = known ?? createProgress(graph, sourcesOf(request, plan));
  const facts: RunFacts = request.undo ?? {
    id: workflowInfo().workflowId,
    input: request.input === undefined ? {} : request.input,
    startedAt: request.carried?.startedAt ?? workflowInfo().runStartTime.getTime(),
  };
  return {
    id: facts.id,
    input: facts.input,
    startedAt: facts.startedAt,
    request,
    graph,
    progress,
    inbox: new Map(Object.entries(request.carried?.inbox ?? {})),
    scope: runScope(graph, progress, facts),
    work: new CancellationScope(),
    items: new Map(),
    itemScopes: new Map(),
    proposals: new Map(),
    anew: coneOf(graph, from),
    unread: reuse === undefined ? new Map() : unreadNeeds(plan),
    templates: new Map(),
    sent: { historyLength: 0, bytes: 0 },
    toldPause: false,
    changed: false,
  };
}

/** Nothing for a run without a budget. */
function sourcesOf({ budget: asked, agents = {}, plans = {} }: RunInput, plan: Plan): EscrowSources | undefined {
  const budget = chooseBudget(plan.budget, asked);
  if (budget === undefined) return undefined;
  return { budget, estimates: estimatesIn(agents), plans };
}

/** What a summary of the run says beside its progress. */
export const summaryOf = ({ id, request }: Run): Summary => ({
  runId: id,
  forkOf: request.reuse?.run,
  tenant: request.tenant?.name,
});

const refusal = (type: FailureType, lines: readonly string[]): ApplicationFailure =>
  ApplicationFailure.nonRetryable(lines.join('\n'), type);

/** Tells progress what happened, and wakes the loop. */
export function report(run: Run, event: ProgressEvent): void {
  advance(run.graph, run.progress, event);
  wake(run);
}

export function wake(run: Run): void {
  run.changed = true;
  run.ring?.();
}

/** Waits until something has happened, whatever is cancelled: Temporal's `condition` ends with its scope, and makes more promises. */
export async function news(run: Run): Promise<void> {
  if (!run.changed) await new Promise<void>((resolve) => (run.ring = resolve));
  run.changed = false;
}

/** Stops what runs once progress has decided that the run is to stop. */
export function stopIfDecided(run: Run): void {
  if (run.progress.phase !== 'running' && !run.work.consideredCancelled) run.work.cancel();
}

/** Cancels the run, as a person or a parent asked. */
export function cancelRun(run: Run): void {
  report(run, {
    type: 'stopped',
    verdict: 'cancelled',
    failure: failure('RunCancelled', 'the run was cancelled'),
    now: Date.now(),
  });
  stopIfDecided(run);
  run.planning?.cancel();
}

/** Notes a defect. The first is the one to tell of. */
export function noteCrash(run: Run, crash: unknown): void {
  run.crash ??= crash instanceof Error ? crash : new Error(String(crash));
  wake(run);
}

/** Evaluates a value in which there may be expressions; each is compiled once a run. */
export function render(run: Run, value: unknown, scope: Scope): Soon<unknown> {
  if (value === undefined || (typeof value === 'string' && expressionSource(value) === undefined)) return here(value);
  let template = run.templates.get(value);
  if (template === undefined) run.templates.set(value, (template = compileTemplate(value)));
  return template(scope);
}

export function cardOf({ request: { agents = {} } }: Run, agent: string): AgentCard | undefined {
  return Object.hasOwn(agents, agent) ? agents[agent] : undefined;
}
