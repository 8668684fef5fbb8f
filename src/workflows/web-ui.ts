// What a run shows of itself in the Temporal Web UI: details in GitHub's markdown, and search attributes.
import { log, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { runDetails } from '../domain/run-details.js';
import { SEARCH_ATTRIBUTES, type StatusTag } from '../domain/search-attributes.js';
import type { Run } from './run.js';

export const showDetails = (run: Run): void => showWhenAsked(() => runDetails(run.graph, run.progress));

/**
 * The details are made when somebody looks, not whenever something happens: a picture of a large plan costs more than a task.
 * The SDK keeps the value as it is given, and makes JSON of it when the Web UI asks.
 */
export function showWhenAsked(draw: () => string): void {
  (setCurrentDetails as (details: unknown) => void)({ toJSON: () => drawn(draw) });
}

function drawn(draw: () => string): string {
  try {
    return draw();
  } catch (error) {
    // A picture that cannot be drawn is no reason to fail.
    log.warn('the details for the Web UI could not be made', { error });
    return '';
  }
}

/**
 * Tells what Temporal's own status does not: that a run is paused, or why it ended. A run that completes goes on being tagged as
 * started: an upsert costs a small run as much as one of its calls. An attribute that the server does not know would stop the
 * run for ever.
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
