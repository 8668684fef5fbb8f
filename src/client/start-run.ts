// Starting the Workflow of a run. A run's id is used once: asking again for the same id finds the run that has it.
import { randomBytes } from 'node:crypto';
import {
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { Plan } from '../domain/plan.js';
import { ORCHESTRATE, type RunInput } from '../domain/run-input.js';
import { SEARCH_ATTRIBUTES, type StatusTag } from '../domain/search-attributes.js';
import { shareOf, TENANT_MEMO } from '../domain/tenant.js';
import { FORK_MEMO } from './fork.js';

const GRPC_INVALID_ARGUMENT = 3;
const MAX_SUMMARY = 200;

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
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${name === '' ? 'run' : name}-${randomBytes(4).toString('hex')}`;
}

/** True if it was started, false if a run of this id is there already, going on or ended. */
export async function startRun(client: Client, { id, taskQueue, request }: StartRequest): Promise<boolean> {
  const { plan } = request;
  const options: WorkflowStartOptions = {
    workflowId: id,
    taskQueue,
    args: [request],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
    staticSummary: `${plan.name} · ${Object.keys(plan.tasks).length} tasks`.slice(0, MAX_SUMMARY),
    // The picture is in the details that the run makes of itself.
    ...(plan.description === undefined ? {} : { staticDetails: plan.description }),
    ...memoOf(request),
    ...(request.tenant === undefined ? {} : { priority: shareOf(request.tenant) }),
  };
  try {
    await startSearchable(client, options, request);
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** What is known of it also where the server has no search attributes of Baton. */
function memoOf({ reuse, tenant }: StartRequest['request']): Pick<WorkflowStartOptions, 'memo'> {
  const memo = {
    ...(reuse === undefined ? {} : { [FORK_MEMO]: reuse.run }),
    ...(tenant === undefined ? {} : { [TENANT_MEMO]: tenant.name }),
  };
  return Object.keys(memo).length === 0 ? {} : { memo };
}

/** A server that does not know Baton's search attributes refuses them; the run goes without those that it does not know. */
async function startSearchable(
  client: Client,
  options: WorkflowStartOptions,
  request: StartRequest['request'],
): Promise<void> {
  const { plan, status, forkOf, tenant } = SEARCH_ATTRIBUTES;
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
  for (const pairs of more.length === 0 ? [first] : [[...first, ...more], first]) {
    try {
      await client.workflow.start(ORCHESTRATE, {
        ...options,
        args: [{ ...request, searchable: true }],
        typedSearchAttributes: new TypedSearchAttributes(pairs),
      });
      return;
    } catch (error) {
      if (!isAboutSearchAttributes(error)) throw error;
    }
  }
  await client.workflow.start(ORCHESTRATE, options);
}

function isAboutSearchAttributes(error: unknown): boolean {
  const cause: unknown = error instanceof ServiceError ? error.cause : error;
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  return cause.code === GRPC_INVALID_ARGUMENT && /search ?attribute|BatonPlan|BatonStatus/i.test(cause.message);
}
