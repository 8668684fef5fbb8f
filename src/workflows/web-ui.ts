// What the Temporal Web UI shows of a run: details in GitHub's markdown, and search attributes.
import { log, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { runDetails } from '../domain/picture/web-ui-details.js';
import { stateOf } from '../domain/progress/progress.js';
import { SEARCH_ATTRIBUTES, type StateTag, type StatusTag } from '../domain/run/search-attributes.js';
import type { GraphTask } from '../domain/plan/graph.js';
import { runState } from '../domain/run/waiting.js';
import { summaryContext, waitForChange, type Run } from './run.js';

export const showDetails = (run: Run): void =>
  showWhenAsked(() => runDetails(run.graph, run.progress, summaryContext(run)));

/**
 * Sets details that are computed when the Web UI requests them, not on every change: a picture of a large plan costs more than a task.
 * This relies on the SDK, which keeps the value and converts it to JSON on each request.
 */
export function showWhenAsked(draw: () => string): void {
  (setCurrentDetails as (details: unknown) => void)({ toJSON: () => drawn(draw) });
}

function drawn(draw: () => string): string {
  try {
    return draw();
  } catch (error) {
    // Must not fail the Workflow Task.
    log.warn('could not make the details for the Web UI', { error });
    return '';
  }
}

/**
 * Records in a search attribute what Temporal's own status does not say: that a run is paused, or why it ended. A run that completes
 * keeps the tag `started`, because an upsert costs a small run as much as one of its calls. On a server without the attribute, an
 * upsert would block the run for ever.
 */
export function tagStatus({ request, progress, rules }: Run, tag: StatusTag): void {
  if (request.searchable !== true) return;
  const { status, failedTask, debt } = SEARCH_ATTRIBUTES;
  const task = progress.failure?.task;
  const isEnd = tag === 'failed' || tag === 'cancelled';
  const knowsState = isEnd && shownState(rules) !== undefined;
  upsertSearchAttributes([
    // The state is that of a run in progress.
    ...(knowsState ? [{ key: STATE, value: null }] : []),
    // A server that has the attribute of the state has this one, too. The debt of a sub-plan is part of its run's.
    ...(knowsState && request.parent === undefined && progress.debt.length > 0
      ? [{ key: defineSearchAttributeKey(debt.name, debt.kind), value: String(progress.debt.length) }]
      : []),
    { key: defineSearchAttributeKey(status.name, status.kind), value: tag },
    ...(task === undefined ? [] : [{ key: defineSearchAttributeKey(failedTask.name, failedTask.kind), value: task }]),
  ]);
}

const STATE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.state.name, SEARCH_ATTRIBUTES.state.kind);

/**
 * The state that the server shows; `undefined` if it shows none: the run was started by an older client, or the server does not have
 * the search attribute.
 */
function shownState(rules: Run['rules']): string | undefined {
  const shown = rules < 3 ? undefined : workflowInfo().typedSearchAttributes.get(STATE);
  return shown === null ? undefined : shown;
}

/** The attributes with which a sub-plan starts: those of them that the server has. */
export function firstState({ rules }: Run): { typedSearchAttributes?: SearchAttributePair[] } {
  const correlationId = workflowInfo().typedSearchAttributes.get(CORRELATION);
  const attributes = [
    ...(shownState(rules) === undefined ? [] : [{ key: STATE, value: 'started' satisfies StateTag }]),
    ...(correlationId == null ? [] : [{ key: CORRELATION, value: correlationId }]),
  ];
  return attributes.length === 0 ? {} : { typedSearchAttributes: attributes };
}

const CORRELATION = defineSearchAttributeKey(
  SEARCH_ATTRIBUTES.correlationId.name,
  SEARCH_ATTRIBUTES.correlationId.kind,
);

/**
 * Records what the run does in a search attribute, if that has changed. While a task is on its way into a wait or out of it, which does
 * not take longer than this Workflow Task, nothing is recorded.
 */
function tagState(run: Run): void {
  const shown = shownState(run.rules);
  if (shown === undefined) return;
  const waits = run.progress.phase === 'running' ? run.waiters.map((task) => waitOf(run, task)) : [];
  const state: StateTag = runState(run.progress, () => waits.includes('waits')) ?? 'started';
  if (state === shown || (state === 'started' && waits.includes('moves'))) return;
  upsertSearchAttributes([{ key: STATE, value: state }]);
}

/** Whether a task waits for a person or an event, begins or ends to wait, or does neither. */
function waitOf({ progress, awaited }: Run, { id, kind }: GraphTask): 'waits' | 'moves' | 'neither' {
  const { status, answer, asks } = stateOf(progress, id);
  if (status !== 'running' || (kind === 'decompose' && asks !== true)) return 'neither';
  const isNamed = kind !== 'event' || awaited.has(id);
  return answer === undefined && isNamed ? 'waits' : 'moves';
}

/** A run that has completed does nothing more. A run whose state is `started` keeps it, because an upsert has its cost. */
export function clearState({ rules }: Run): void {
  const shown = shownState(rules);
  if (shown !== undefined && shown !== 'started') upsertSearchAttributes([{ key: STATE, value: null }]);
}

/** Waits until something has happened; meanwhile the server shows what the run does. */
export function showAndWait(run: Run): Promise<void> {
  if (!run.loop.hasChanged) tagState(run);
  return waitForChange(run);
}
