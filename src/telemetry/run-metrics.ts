// What runs count. The Workflow reports its end once, outside of replays, to the worker that made its last step: so the sum over all
// workers is the number of runs, however often a history is replayed.
import { COST_SECONDS, type RunEnd } from '../domain/run/run-notice.js';
import type { MakeMetrics } from './make.js';

export interface RunMetrics {
  /** The plans of the configuration: they always have labels of their own. */
  open(this: void, plans: readonly string[]): void;
  began(this: void, plan: string | undefined): void;
  ended(this: void, end: RunEnd): void;
  evaluated(this: void, costs: readonly number[]): void;
  /** The label of a plan. */
  labelOf(this: void, plan: string | undefined): string;
  /** The names that have labels of their own. */
  plans(this: void): readonly string[];
}

/** Plans that are not in the configuration, and have a label of their own: the first ones that run. Anyone may start any plan. */
const MOST_OTHER_PLANS = 50;

/** The label of all further plans. */
export const OTHER_PLANS = 'other';
/** The label of runs whose plan a planner makes. */
const GENERATED = 'generated';

/** From a few calls of functions to people who answer after days. */
const RUN_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400, 604_800];
const EXPRESSION_SECONDS = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1];

export function createRunMetrics(make: MakeMetrics): RunMetrics {
  const labels = ['plan', 'status'] as const;
  const runs = make.counter('baton_runs_total', 'Runs that ended', labels);
  const duration = make.histogram('baton_run_duration_seconds', 'From start to end of runs', labels, RUN_SECONDS);
  const expressions = make.histogram(
    'baton_expression_duration_seconds',
    'Time of expressions, as the counted cost stands for it',
    [],
    EXPRESSION_SECONDS,
  );
  const names = new Set<string>();
  let room = MOST_OTHER_PLANS;
  const labelOf = (plan: string | undefined): string => {
    if (plan === undefined) return GENERATED;
    if (names.has(plan)) return plan;
    if (room === 0) return OTHER_PLANS;
    room--;
    names.add(plan);
    return plan;
  };
  return {
    open: (plans) => plans.forEach((plan) => names.add(plan)),
    began: (plan) => void labelOf(plan),
    ended({ plan, status, seconds }) {
      const at = { plan: labelOf(plan), status };
      runs.inc(at);
      duration.observe(at, seconds);
    },
    evaluated: (costs) => costs.forEach((cost) => expressions.observe(cost * COST_SECONDS)),
    labelOf,
    plans: () => [...names],
  };
}
