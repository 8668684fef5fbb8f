// A sub-plan is a run of its own, in a child Workflow: it has its own history, its own picture, and undoes its own failures.
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { failure } from '../../domain/failure.js';
import type { Outcome } from '../../domain/outcome.js';
import type { Plan } from '../../domain/plan.js';
import type { Progress } from '../../domain/progress.js';
import { ORCHESTRATE, type RunInput } from '../../domain/run-input.js';
import type { RunResult } from '../../domain/run-result.js';
import { inTime } from '../../domain/soon.js';
import { outcomeOf } from '../outcome-of.js';
import { render, type Run } from '../run.js';
import { limited } from './limit.js';
import { workName, type Settled, type Work } from './work.js';

export async function performPlan(run: Run, work: Work): Promise<Settled> {
  const input = (await inTime(render(run, work.task.task.input, work.scope))) ?? {};
  const plan = planOf(run, work);
  const refused = await refuseInput(plan, input, workName(work));
  if (refused !== undefined) return { outcome: refused };
  try {
    const result = await limited(run, work, () => runChild(run, work, { plan, input }));
    if ('outcome' in result) return result;
    return {
      outcome: { status: 'succeeded', output: result.output, attempts: 1, usage: result.usage },
      ...(result.undo === undefined ? {} : { child: result.undo }),
    };
  } catch (error) {
    return { outcome: outcomeOf(error) };
  }
}

/** Runs the sub-plan's own compensations, as the child left them. Settles with what could not be undone, if anything. */
export async function undoPlan(run: Run, work: Work, undo: Progress): Promise<Outcome> {
  try {
    const { debt, usage } = await runChild(run, work, { plan: planOf(run, work), undo }, ':compensate');
    if (debt.length === 0) return { status: 'succeeded', output: null, attempts: 1, usage };
    const why = failure('SubPlanFailed', `could not be undone: ${debt.join(', ')}`);
    return { status: 'failed', attempts: 1, failure: why, usage };
  } catch (error) {
    return outcomeOf(error);
  }
}

async function runChild(run: Run, work: Work, request: RunInput, suffix = ''): Promise<RunResult> {
  const name = workName(work);
  const { agents, plans, searchable } = run.request;
  const input: RunInput = {
    ...request,
    ...(agents === undefined ? {} : { agents }),
    ...(plans === undefined ? {} : { plans }),
    ...(searchable === undefined ? {} : { searchable }),
    parent: { run: run.id, task: name, depth: (run.request.parent?.depth ?? 0) + 1 },
  };
  return (await executeChild(ORCHESTRATE, {
    args: [input],
    workflowId: `${run.id}/${name}${suffix}`,
    staticSummary: `${name}${suffix} of ${run.id}`,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    parentClosePolicy: 'REQUEST_CANCEL',
  })) as RunResult;
}

function planOf(run: Run, { task }: Pick<Work, 'task'>): Plan {
  const { plan } = task.task;
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
  });
  try {
    const { problems } = await checkInput({ schema, value });
    if (problems.length === 0) return undefined;
    return { status: 'failed', attempts: 0, failure: failure('InvalidInput', problems.join('; ')) };
  } catch (error) {
    return outcomeOf(error);
  }
}
