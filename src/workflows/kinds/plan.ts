// A sub-plan is a run of its own, in a child Workflow: it has its own history, its own picture, and undoes its own failures.
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { lessSpent, within } from '../../domain/budget.js';
import { MAX_VALUE_BYTES, NO_USAGE, type Usage } from '../../domain/call.js';
import { holdKey } from '../../domain/escrow.js';
import { failure } from '../../domain/failure.js';
import type { Outcome } from '../../domain/outcome.js';
import type { Plan } from '../../domain/plan.js';
import { ORCHESTRATE, type RunInput, type Undo } from '../../domain/run-input.js';
import { originOfRun } from '../../domain/origin.js';
import type { RunResult } from '../../domain/run-result.js';
import { stateOf } from '../../domain/progress.js';
import { jsonBytes } from '../../domain/size.js';
import { inTime } from '../../domain/soon.js';
import { budgetOf } from '../budget.js';
import { outcomeOf, spentBy } from '../outcome-of.js';
import { render, report, type Run } from '../run.js';
import { reuseOfSubPlan } from '../reuse.js';
import { roomFor } from '../room.js';
import { inputOf } from './agent.js';
import { limited } from './limit.js';
import { workName, type Settled, type Work } from './work.js';

/** It fails only where its worker dies. */
const CHECK_ATTEMPTS = 10;

export async function performPlan(run: Run, work: Work): Promise<Settled> {
  const input = inputOf(await inTime(render(run, work.task.task.input, work.scope)));
  return await runSubPlan(run, work, { plan: planOf(run, work), input });
}

/** What a child is to run. */
export interface SubPlan extends Pick<RunInput, 'agents'> {
  readonly plan: Plan;
  readonly input: unknown;
  /** Of what the budget holds for the task, so much has been spent on the way to the plan. */
  readonly spent?: Usage;
}

export async function runSubPlan(run: Run, work: Work, subPlan: SubPlan): Promise<Settled> {
  const { spent = NO_USAGE, ...what } = subPlan;
  const { plan, input } = what;
  const budget = budgetOf(run, holdKey(work.task.id, work.index));
  const request = requestOf(run, work, {
    ...what,
    ...(budget === undefined ? {} : { budget: within(lessSpent(budget, spent), plan.budget) }),
    ...reuseOfSubPlan(run, work.task.id),
  });
  const refused = refuseSize(request) ?? (await refuseInput(plan, input, workName(work)));
  if (refused !== undefined) return { outcome: refused };
  try {
    const result = await limited(run, work, () => runChild(run, work, request));
    if ('outcome' in result) return result;
    const { undo, replanned } = result;
    if (replanned !== undefined && work.task.kind === 'decompose') {
      report(run, { type: 'proposed', task: work.task.id, plan: replanned as Plan, asks: false });
    }
    const child = replanned === undefined ? undo : { ...(undo as Undo), plan: replanned };
    const origin = originOfRun(result);
    return {
      outcome: {
        status: 'succeeded',
        output: result.output,
        attempts: 1,
        ...spentBy(result),
        ...(origin === undefined ? {} : { origin }),
      },
      ...(undo === undefined ? {} : { child }),
    };
  } catch (error) {
    return { outcome: outcomeOf(error) };
  }
}

/** Runs the sub-plan's own compensations, as the child left them. Settles with what could not be undone, if anything. */
export async function undoPlan(run: Run, work: Work, undo: Undo): Promise<Outcome> {
  const { plan = planOf(run, work), ...rest } = undo;
  const request = requestOf(run, work, { plan, undo: rest });
  const refused = refuseSize(request);
  if (refused !== undefined) return refused;
  try {
    const { debt, usage } = await runChild(run, work, request, ':compensate');
    if (debt.length === 0) return { status: 'succeeded', output: null, attempts: 1, usage };
    const why = failure('SubPlanFailed', `could not be undone: ${debt.join(', ')}`);
    return { status: 'failed', attempts: 1, failure: why, usage };
  } catch (error) {
    return outcomeOf(error);
  }
}

function requestOf(run: Run, work: Work, what: RunInput): RunInput {
  const { agents, plans, searchable, tenant, parent } = run.request;
  return {
    ...(agents === undefined ? {} : { agents }),
    ...what,
    ...(plans === undefined ? {} : { plans }),
    ...(searchable === undefined ? {} : { searchable }),
    ...(tenant === undefined ? {} : { tenant }),
    parent: { run: run.id, task: holdKey(work.task.id, work.index), depth: (parent?.depth ?? 0) + 1 },
  };
}

function refuseSize(request: RunInput): Outcome | undefined {
  const bytes = jsonBytes(request);
  if (bytes <= MAX_VALUE_BYTES) return undefined;
  const message = `the sub-plan and its input are ${bytes} bytes of JSON, at most ${MAX_VALUE_BYTES} fit into one payload`;
  return { status: 'failed', attempts: 0, failure: failure('InputTooLarge', message) };
}

async function runChild(run: Run, work: Work, request: RunInput, suffix = ''): Promise<RunResult> {
  const name = workName(work);
  await roomFor(run, jsonBytes(request));
  return (await executeChild(ORCHESTRATE, {
    args: [request],
    workflowId: `${run.id}/${name}${suffix}`,
    staticSummary: `${name}${suffix} of ${run.id}`,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    parentClosePolicy: 'REQUEST_CANCEL',
  })) as RunResult;
}

function planOf(run: Run, { task }: Pick<Work, 'task'>): Plan {
  const { plan, decompose } = task.task;
  // Only one that has run is asked for.
  if (decompose !== undefined) return stateOf(run.progress, task.id).made!;
  // Validation has seen that the name exists.
  return typeof plan === 'string' ? (run.request.plans![plan] as Plan) : plan!;
}

/** JSON Schema is checked where its library runs: in an activity, and only where the sub-plan declares one. */
async function refuseInput({ input: schema }: Plan, value: unknown, name: string): Promise<Outcome | undefined> {
  if (schema === undefined) return undefined;
  const { checkInput } = proxyActivities<Activities>({
    activityId: `${name}:input`,
    summary: `${name} · input`,
    startToCloseTimeout: '10s',
    retry: { maximumAttempts: CHECK_ATTEMPTS },
  });
  try {
    const { problems } = await checkInput({ schema, value });
    if (problems.length === 0) return undefined;
    return { status: 'failed', attempts: 0, failure: failure('InvalidInput', problems.join('; ')) };
  } catch (error) {
    return outcomeOf(error);
  }
}
