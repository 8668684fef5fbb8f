// A sub-plan is a run of its own in a child Workflow: it has its own history and its own picture, and undoes its own work if it fails.
import { defined } from '../../domain/json/defined.js';
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { formatLimits, remainingLimits, parseLimits, cappedLimits } from '../../domain/budget/budget.js';
import { fitsInto, jsonBytes, utf8Bytes } from '../../domain/json/byte-size.js';
import { NO_USAGE, type Usage } from '../../domain/call/usage.js';
import { itemName } from '../../domain/call/name.js';
import { failure } from '../../domain/failure.js';
import type { Outcome } from '../../domain/call/outcome.js';
import type { Plan } from '../../domain/plan/plan.js';
import { valueLimitOf, type RunInput } from '../../domain/run/input.js';
import { runIdFault } from '../../domain/run/run-ids.js';
import { runOrigin } from '../../domain/run/origin.js';
import { stateOf } from '../../domain/progress/progress.js';
import { limitsOfSubPlan } from '../budget.js';
import { outlastStorage } from '../calls/outlast-storage.js';
import { outcomeFromError, subPlanUsage } from '../calls/outcome-from-error.js';
import { renderUnopened, report, type Run } from '../run.js';
import { subPlanReuse } from '../reuse.js';
import { subPlanCorrelation } from '../trace.js';
import { defaultInput } from './call-agent.js';
import { runChild } from './child.js';
import { remainsOfFailure, remainsOfSuccess } from './sub-plan-remains.js';
import { runWithTimeLimit } from './time-limit.js';
import { workName, type Settlement, type Work } from './work.js';

/** The activity fails only if its worker dies. */
const CHECK_ATTEMPTS = 10;

export async function performSubPlan(run: Run, work: Work): Promise<Settlement> {
  const input = defaultInput(await renderUnopened(run, work.task.task.input, work.scope));
  return await runSubPlan(run, work, { plan: subPlanOf(run, work), input });
}

/** The plan and the input of a child run. */
export interface SubPlan extends Pick<RunInput, 'agents'> {
  readonly plan: Plan;
  readonly input: unknown;
  /** The part of the hold of the task that was spent before the sub-plan starts, on planning. */
  readonly spent?: Usage;
}

export async function runSubPlan(run: Run, work: Work, subPlan: SubPlan): Promise<Settlement> {
  const { spent = NO_USAGE, ...what } = subPlan;
  const { plan, input } = what;
  const limits = limitsOfSubPlan(run, itemName(work.task.id, work.index));
  const request = subPlanInput(run, work, {
    ...what,
    ...(limits === undefined
      ? {}
      : { budget: formatLimits(cappedLimits(remainingLimits(limits, spent), parseLimits(plan.budget))) }),
    ...subPlanReuse(run, work.task.id),
  });
  const tooLarge = findSizeFailure(request);
  if (tooLarge !== undefined) return { outcome: tooLarge };
  const fault =
    run.rules < 3 ? undefined : runIdFault(utf8Bytes(`${run.id}/${workName(work)}`), plan, run.request.plans);
  if (fault !== undefined)
    return { outcome: { status: 'failed', attempts: 0, failure: failure('InvalidPlan', fault) } };
  const checked = await checkedInput(run, plan, input, workName(work));
  if ('refused' in checked) return { outcome: checked.refused };
  const filled = checked.input === input ? request : { ...request, input: checked.input };
  const tooLargeFilled = filled === request ? undefined : findSizeFailure(filled);
  if (tooLargeFilled !== undefined) return { outcome: tooLargeFilled };
  const remainsOf = (error: unknown) => remainsOfFailure(run, work, plan, error);
  try {
    const result = await runWithTimeLimit(run, work, () => runChild(run, workName(work), filled), remainsOf);
    if ('outcome' in result) return result;
    const { replanned } = result;
    if (replanned !== undefined && work.task.kind === 'decompose') {
      report(run, { type: 'proposed', task: work.task.id, plan: replanned as Plan, asks: false });
    }
    const origin = runOrigin(result);
    return {
      outcome: {
        status: 'succeeded',
        output: result.output,
        attempts: 1,
        ...subPlanUsage(result),
        ...defined({ origin }),
      },
      ...remainsOfSuccess(run, work, result),
    };
  } catch (error) {
    return { outcome: outcomeFromError(error), ...remainsOf(error) };
  }
}

export function subPlanInput(run: Run, work: Work, what: RunInput): RunInput {
  const { agents, plans, searchable, tenant, parent, valueLimit, occurrence } = run.request;
  return {
    ...defined({ agents }),
    ...what,
    ...defined({ plans, searchable, tenant, valueLimit, occurrence }),
    ...subPlanCorrelation(run, work),
    parent: { run: run.id, task: itemName(work.task.id, work.index), depth: (parent?.depth ?? 0) + 1 },
  };
}

export function findSizeFailure(request: RunInput): Outcome | undefined {
  const limit = valueLimitOf(request);
  if (fitsInto(request, limit)) return undefined;
  const message = `the sub-plan and its input are ${jsonBytes(request)} bytes of JSON, at most ${limit} fit into one payload`;
  return { status: 'failed', attempts: 0, failure: failure('InputTooLarge', message) };
}

export function subPlanOf(run: Run, { task }: Pick<Work, 'task'>): Plan {
  const { plan, decompose } = task.task;
  // Expects a decomposition that has run: its plan exists.
  if (decompose !== undefined) return stateOf(run.progress, task.id).made!;
  // Validation has checked that the name exists.
  return typeof plan === 'string' ? (run.request.plans![plan] as Plan) : plan!;
}

/**
 * Checks the input if the sub-plan has a JSON Schema, and adds the defaults of the schema. That needs an activity: the library for it
 * does not run in Workflows.
 */
async function checkedInput(
  run: Run,
  { input: schema }: Plan,
  value: unknown,
  name: string,
): Promise<{ readonly input: unknown } | { readonly refused: Outcome }> {
  if (schema === undefined) return { input: value };
  const { checkInput } = proxyActivities<Activities>({
    activityId: `${name}:input`,
    summary: `${name} · input`,
    startToCloseTimeout: '10s',
    retry: { maximumAttempts: CHECK_ATTEMPTS },
  });
  try {
    const { problems, value: filled = value } = await outlastStorage(run, () => checkInput({ schema, value }));
    if (problems.length === 0) return { input: run.rules >= 3 ? filled : value };
    return { refused: { status: 'failed', attempts: 0, failure: failure('InvalidInput', problems.join('; ')) } };
  } catch (error) {
    return { refused: outcomeFromError(error) };
  }
}
