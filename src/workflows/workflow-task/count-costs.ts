// Reports the costs of expressions to a worker that serves metrics: together, once in a Workflow Task, because each report costs.
import { proxySinks, workflowInfo, type Sinks } from '@temporalio/workflow';
import { RUN_SINK, type RunSinks } from '../../domain/run/run-notice.js';

/** Set by a statement in front of the bundle: src/worker/workflow-code.ts. */
export const isCounted = (): boolean => (globalThis as { batonCountsRuns?: boolean }).batonCountsRuns === true;

export const runSink = () => proxySinks<RunSinks & Sinks>()[RUN_SINK];

export class CostCount {
  private costs: number[] = [];

  /** What is evaluated in a replay has been counted before. */
  note(cost: number): void {
    if (isCounted() && !workflowInfo().unsafe.isReplaying) this.costs.push(cost);
  }

  report(): void {
    if (this.costs.length > 0) runSink().evaluated(this.costs);
    this.costs = [];
  }
}
