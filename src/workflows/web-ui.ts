// What the Temporal Web UI shows of a run: details in GitHub's markdown, and search attributes.
import { log, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { runDetails } from '../domain/picture/web-ui-details.js';
import { SEARCH_ATTRIBUTES, type StatusTag } from '../domain/run/search-attributes.js';
import type { Run } from './run.js';

export const showDetails = (run: Run): void => showWhenAsked(() => runDetails(run.graph, run.progress));

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
export function tagStatus({ request, progress }: Run, tag: StatusTag): void {
  if (request.searchable !== true) return;
  const { status, failedTask } = SEARCH_ATTRIBUTES;
  const task = progress.failure?.task;
  upsertSearchAttributes([
    { key: defineSearchAttributeKey(status.name, status.kind), value: tag },
    ...(task === undefined ? [] : [{ key: defineSearchAttributeKey(failedTask.name, failedTask.kind), value: task }]),
  ]);
}
