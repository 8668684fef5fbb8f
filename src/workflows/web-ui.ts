// What a run shows of itself in the Temporal Web UI: details in GitHub's markdown, and search attributes.
import { log, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { runDetails } from '../domain/run-details.js';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.js';
import type { Run } from './run.js';

/** While more calls than this are in flight, the next thing to show is never far. */
const MANY_IN_FLIGHT = 20;
const AT_MOST_EVERY_MS = 1000;

export function showDetails(run: Run): void {
  const { graph, progress } = run;
  const isBusy = progress.phase === 'running' && progress.inFlight > MANY_IN_FLIGHT;
  if (isBusy && Date.now() - run.shownAt < AT_MOST_EVERY_MS) return;
  run.shownAt = Date.now();
  try {
    setCurrentDetails(runDetails(graph, progress));
  } catch (error) {
    // A picture that cannot be drawn is no reason to end a run.
    log.warn('the details for the Web UI could not be made', { error });
  }
}

/** Once, at the end: every upsert is an event of history. An attribute that the server does not know would stop the run for ever. */
export function tagStatus({ request, progress }: Run): void {
  if (request.searchable !== true) return;
  const { status, failedTask } = SEARCH_ATTRIBUTES;
  const task = progress.failure?.task;
  upsertSearchAttributes([
    { key: defineSearchAttributeKey(status.name, status.kind), value: progress.verdict },
    ...(task === undefined ? [] : [{ key: defineSearchAttributeKey(failedTask.name, failedTask.kind), value: task }]),
  ]);
}
