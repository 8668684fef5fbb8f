// Starts the Workflow of a run. A run's id is used once: starting the same id again finds the run that has it.
import { utf8Bytes } from '../domain/json/byte-size.js';
import { defined } from '../domain/json/defined.js';
import { randomBytes } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { Plan } from '../domain/plan/plan.js';
import { ORCHESTRATE, taskTimeout, type RunInput } from '../domain/run/input.js';
import { SEARCH_ATTRIBUTES, type StateTag, type StatusTag } from '../domain/run/search-attributes.js';
import { fairnessOptions, TENANT_MEMO } from '../domain/run/tenant.js';
import { runIdFault } from '../domain/run/run-ids.js';
import { truncateMiddle } from '../domain/text/truncate.js';
import { checkRunId, InvalidInputError } from './errors.js';
import { FORK_MEMO } from './fork.js';
import { headOf } from '../domain/text/well-formed.js';
import { grpcErrorIn, GrpcStatus } from '../temporal/grpc.js';

/** Enough to recognize an id. */
const SHOWN_OF_ID = 80;

/** Longer summaries are cut: the server limits them. */
const MAX_SUMMARY = 200;

/** The memo key of a run that retries the debt of another: the id of that run. */
export const COMPENSATES_MEMO = 'batonCompensates';

export interface StartRequest {
  readonly id: string;
  readonly taskQueue: string;
  readonly request: RunInput & { readonly plan: Plan };
}

/** `review-3f9a2c71`: the plan's name and eight random digits. */
export function newRunId(planName: string): string {
  const name = planName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return `${name === '' ? 'run' : name}-${randomBytes(4).toString('hex')}`;
}

/** True if it was started, false if a run of this id exists already, running or ended. */
export async function startRun(client: Client, { id, taskQueue, request }: StartRequest): Promise<boolean> {
  checkRunId(id);
  const { plan } = request;
  const fault = runIdFault(utf8Bytes(id), plan, request.plans);
  if (fault !== undefined) throw new InvalidInputError([`id ${truncateMiddle(id, SHOWN_OF_ID)}: ${fault}`]);
  const options: WorkflowStartOptions = {
    workflowId: id,
    taskQueue,
    args: [request],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
    staticSummary: headOf(`${plan.name} · ${Object.keys(plan.tasks).length} tasks`, MAX_SUMMARY).toWellFormed(),
    // The details that the run itself sets have the picture.
    ...defined({ staticDetails: plan.description }),
    ...memoOf(request),
    ...taskTimeout(request),
    ...(request.tenant === undefined ? {} : { priority: fairnessOptions(request.tenant) }),
  };
  try {
    await startSearchable(client, options, request);
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** The memo has these values even if the server does not have Baton's search attributes. */
function memoOf({ reuse, tenant, compensates }: StartRequest['request']): Pick<WorkflowStartOptions, 'memo'> {
  const memo = {
    ...(reuse === undefined ? {} : { [FORK_MEMO]: reuse.run }),
    ...(compensates === undefined ? {} : { [COMPENSATES_MEMO]: compensates }),
    ...(tenant === undefined ? {} : { [TENANT_MEMO]: tenant.name }),
  };
  return Object.keys(memo).length === 0 ? {} : { memo };
}

/** A server rejects search attributes that it does not have; the run is then started without them. */
async function startSearchable(
  client: Client,
  options: WorkflowStartOptions,
  request: StartRequest['request'],
): Promise<void> {
  const { plan, status, forkOf, tenant, state } = SEARCH_ATTRIBUTES;
  const first = [
    { key: defineSearchAttributeKey(plan.name, plan.kind), value: request.plan.name },
    { key: defineSearchAttributeKey(status.name, status.kind), value: 'started' satisfies StatusTag },
  ];
  const more = [
    ...(request.reuse === undefined
      ? []
      : [{ key: defineSearchAttributeKey(forkOf.name, forkOf.kind), value: request.reuse.run }]),
    ...(request.tenant === undefined
      ? []
      : [{ key: defineSearchAttributeKey(tenant.name, tenant.kind), value: request.tenant.name }]),
  ];
  // A run records its state only if it was started with one: the server has the attribute then.
  const whole = [
    ...first,
    ...more,
    { key: defineSearchAttributeKey(state.name, state.kind), value: 'started' satisfies StateTag },
  ];
  for (const pairs of more.length === 0 ? [whole, first] : [whole, [...first, ...more], first]) {
    try {
      await client.workflow.start(ORCHESTRATE, {
        ...options,
        args: [{ ...request, searchable: true }],
        typedSearchAttributes: new TypedSearchAttributes(pairs),
      });
      return;
    } catch (error) {
      if (!isUnknownSearchAttribute(error)) throw error;
    }
  }
  await client.workflow.start(ORCHESTRATE, options);
}

function isUnknownSearchAttribute(error: unknown): boolean {
  const cause = grpcErrorIn(error);
  if (cause?.code !== GrpcStatus.INVALID_ARGUMENT) return false;
  return /search ?attribute|BatonPlan|BatonStatus/i.test(cause.message);
}
