// Reports runs to a worker that serves metrics. Makes no command.
import { workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { Graph } from '../domain/plan/graph.js';
import { SEARCH_ATTRIBUTES } from '../domain/run/search-attributes.js';
import type { RunResult } from '../domain/run/result.js';
import type { Run } from './run.js';
import { isCounted, runSink } from './workflow-task/count-costs.js';

const PLAN = defineSearchAttributeKey(SEARCH_ATTRIBUTES.plan.name, SEARCH_ATTRIBUTES.plan.kind);

/** A re-planned run keeps the name of its first plan. */
const planOf = (graph: Graph): string | undefined =>
  isGoal(graph) ? undefined : (workflowInfo().typedSearchAttributes.get(PLAN) ?? graph.plan.name);

/** A plan of one task that makes the real plan, as of `baton solve`: each goal has a name of its own. */
const isGoal = ({ plan: { tasks } }: Graph): boolean => {
  const [first, second] = Object.values(tasks);
  return first?.decompose !== undefined && second === undefined;
};

/** Sub-plans are parts of their runs. */
const isCountedRun = ({ request }: Run): boolean => isCounted() && request.parent === undefined;

export function countBegin(run: Run): void {
  if (isCountedRun(run) && run.request.carried === undefined) runSink().began(planOf(run.graph));
}

export function countEnd(run: Run, status: RunResult['status']): void {
  if (isCounted()) run.pace.costs.report();
  if (!isCountedRun(run)) return;
  runSink().ended({ plan: planOf(run.graph), status, seconds: (Date.now() - run.startedAt) / 1000 });
}
