// The state of one run in the Workflow. `progress`, `inbox`, `startedAt`, `rules`, `notifies` and the request survive a continue-as-new; all
// else is built again from the plan.
import { workflowInfo, type CancellationScope } from '@temporalio/workflow';
import type { AgentCard } from '../domain/agent/agent.js';
import { failure } from '../domain/failure.js';
import { advance } from '../domain/progress/advance.js';
import type { ProgressEvent } from '../domain/progress/event.js';
import { expressionSource, type Scope } from '../domain/expression/expression.js';
import type { Graph, GraphTask } from '../domain/plan/graph.js';
import type { GeneratedPlan } from '../domain/planning/generated-plan.js';
import { type Progress } from '../domain/progress/state.js';
import type { Rules } from '../domain/rules.js';
import type { Inbox } from '../domain/run/inbox.js';
import type { RunInput } from '../domain/run/input.js';
import type { Journal } from '../domain/run/journal.js';
import type { RunResult } from '../domain/run/result.js';
import type { RunTrace } from '../domain/run/run-trace.js';
import type { RunFacts } from '../domain/run/scope.js';
import type { SummaryContext } from '../domain/run/summarize.js';
import { mapMaybe, type MaybePromise } from '../domain/expression/maybe-promise.js';
import { compileLegacyTemplate, type LegacyTemplate } from '../domain/expression/legacy.js';
import { compileItems, type Items } from '../domain/expression/items.js';
import { compileTemplate, type Template } from '../domain/expression/template.js';
import type { Pace } from './workflow-task/pace.js';
import type { CommandBytes } from './workflow-task/command-size.js';
import { evaluateWithValues, openInRun, type StoredValues } from './stored-values.js';
import { cancelCalls } from './calls/stop-calls.js';

/** How events reach the loop of the run. */
interface Loop {
  /** Something has happened that the loop has not seen yet. */
  hasChanged: boolean;
  /** Resolves the promise that the loop waits for. */
  wake?: () => void;
  /** Calls wait for the first answers of their agents, and a timer bounds that. */
  awaitsSizes?: boolean;
  /** A defect. The loop throws it, because the promise of a task never rejects. */
  crash?: Error;
}

export interface Run extends RunFacts {
  readonly request: RunInput;
  readonly rules: Rules;
  /** Whether it reports its end, and approvals that wait, to the receivers of its workers. */
  readonly notifies: boolean;
  /** True as soon as Temporal has delivered a cancel, even if the run has not processed it yet. */
  readonly isCancelRequested: () => boolean;
  readonly graph: Graph;
  readonly progress: Progress;
  readonly inbox: Inbox;
  /** What has happened in this execution. */
  readonly journal: Journal;
  /** The names of the events that tasks wait for or have waited for, by task, the first that waited first. */
  readonly awaited: Map<string, string>;
  /** The tasks that may wait for a person or an event. */
  readonly waiters: readonly GraphTask[];
  /** The variables of expressions. */
  readonly scope: Scope;
  /** The cancellation scope of all tasks; cancelled when the run stops. */
  readonly work: CancellationScope;
  /** The cancellation scope of a re-planning; cancelled with the run. */
  planning?: CancellationScope;
  readonly loop: Loop;
  readonly forEach: {
    /** The items of each forEach that is running, by task. */
    readonly items: Map<string, readonly unknown[]>;
    /** The cancellation scope of the items in flight, by task; cancelled when too many items have failed. */
    readonly scopes: Map<string, CancellationScope>;
  };
  readonly fork: {
    /** Tasks of a fork that reuse nothing. */
    readonly runAgain: ReadonlySet<string>;
    /** By task, the needs that it waits for without reading them. */
    readonly unread: ReadonlyMap<string, readonly string[]>;
  };
  readonly budget: {
    /** Runs until the next limit of the budget's duration. */
    timer?: CancellationScope;
    isPauseReported: boolean;
  };
  /** By task, reads the plan that a person sends instead of the proposed one. */
  readonly proposals: Map<string, (raw: unknown) => GeneratedPlan>;
  readonly templates: Map<unknown, Template>;
  /** The items of each forEach, for runs of rules 3 or later. */
  readonly itemTemplates: Map<unknown, ReturnType<typeof compileItems>>;
  /** Used instead of `templates` by runs of the first rules. */
  readonly legacyTemplates: Map<unknown, LegacyTemplate>;
  readonly pace: Pace;
  readonly storedValues: StoredValues;
  readonly sent: CommandBytes;
  /** Calls that may have reached their agents when their cancel was decided, by activity id, with the reason; `undefined`: unknown. */
  begun: ReadonlyMap<string, string> | undefined;
  /** The scopes whose cancel has been decided. */
  readonly stopping: Set<object>;
  /** Present if the run is traced. */
  readonly trace?: RunTrace;
  /** Present once the run has completed. */
  result?: RunResult;
}

/** The facts that a summary of the run needs in addition to its progress. */
export const summaryContext = ({ id, request, awaited, trace }: Run): SummaryContext => ({
  // A run that retries the debt of another makes its calls under the id of that run.
  runId: request.compensates === undefined ? id : workflowInfo().workflowId,
  forkOf: request.reuse?.run,
  compensates: request.compensates,
  tenant: request.tenant?.name,
  correlationId: request.correlationId,
  traceId: trace?.id,
  awaited,
});

/** What idempotency keys begin with: the id of the run; `RUN#OCCURRENCE` if another run had the id before. */
export const keyPrefix = ({ id, request: { occurrence } }: Pick<Run, 'id' | 'request'>): string =>
  occurrence === undefined ? id : `${id}#${occurrence}`;

/** Applies an event to progress, and wakes the loop. */
export function report(run: Run, event: ProgressEvent): void {
  advance(run.graph, run.progress, event);
  run.journal.note(event, Date.now());
  wake(run);
}

export function wake(run: Run): void {
  run.loop.hasChanged = true;
  run.loop.wake?.();
}

/** Waits until something has happened. Not cancellable, unlike Temporal's `condition`, which also makes more promises. */
export async function waitForChange(run: Run): Promise<void> {
  const { loop } = run;
  if (!loop.hasChanged) await new Promise<void>((resolve) => (loop.wake = resolve));
  loop.hasChanged = false;
}

/** Cancels the running tasks if progress says that the run stops. */
export function stopIfDecided(run: Run): void {
  if (run.progress.phase !== 'running') cancelCalls(run, run.work, () => run.work.cancel());
}

/** Cancels the run. */
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

/**
 * True if a cancel ends the run. Temporal forgets a cancel when a Workflow continues as new, so this is checked immediately before: a
 * cancel may have been delivered together with the event that makes the run continue.
 */
export function isEndedByCancel(run: Run): boolean {
  if (run.rules === 1) return false;
  if (run.isCancelRequested()) cancelRun(run);
  return run.progress.verdict === 'cancelled';
}

/** Records a defect. Only the first one is reported. */
export function recordCrash(run: Run, crash: unknown): void {
  run.loop.crash ??= crash instanceof Error ? crash : new Error(String(crash));
  wake(run);
}

/** Evaluates a value that may contain expressions, with everything that it refers to. */
export function render(run: Run, value: unknown, scope: Scope): MaybePromise<unknown> {
  const rendered = renderUnopened(run, value, scope);
  // Runs of earlier rules have no references, and the same promises as before.
  return run.rules < 3 ? rendered : mapMaybe(rendered, (closed) => openInRun(run, closed));
}

/**
 * Evaluates a value that may contain expressions. Each is compiled once per run. The result may contain references to stored values: it
 * is for those who pass it on.
 */
export function renderUnopened(run: Run, value: unknown, scope: Scope): MaybePromise<unknown> {
  if (value === undefined || (typeof value === 'string' && expressionSource(value) === undefined)) return value;
  if (run.rules === 1) return compileOnce(run.legacyTemplates, value, compileLegacyTemplate)(scope);
  const template = compileOnce(run.templates, value, (one) => compileTemplate(one, run.rules));
  return evaluateWithValues(run, (from) => template(scope, from));
}

/** Evaluates the items of a forEach, for runs of rules 3 or later. */
export function renderItems(run: Run, value: unknown, scope: Scope): MaybePromise<Items> {
  const items = compileOnce(run.itemTemplates, value, compileItems);
  return evaluateWithValues(run, (from) => items(scope, from)) as MaybePromise<Items>;
}

function compileOnce<T>(known: Map<unknown, T>, value: unknown, compile: (value: unknown) => T): T {
  let template = known.get(value);
  if (template === undefined) known.set(value, (template = compile(value)));
  return template;
}

/** The card of an agent; `undefined` if the run has none. */
export function cardOf({ request: { agents = {} } }: Run, agent: string): AgentCard | undefined {
  return Object.hasOwn(agents, agent) ? agents[agent] : undefined;
}
