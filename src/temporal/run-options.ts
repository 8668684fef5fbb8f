// The options with which the Workflow of a run is started, by a client, by a worker or by a Schedule of the server.
import type { WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes, type SearchAttributePair } from '@temporalio/common';
import { defined } from '../domain/json/defined.js';
import type { Plan } from '../domain/plan/plan.js';
import { taskTimeout, type RunInput } from '../domain/run/input.js';
import { COMPENSATES_MEMO, FORK_MEMO, REASON_MEMO, TICKET_MEMO } from '../domain/run/memo.js';
import { SEARCH_ATTRIBUTES, type StateTag, type StatusTag } from '../domain/run/search-attributes.js';
import { fairnessOptions, TENANT_MEMO } from '../domain/run/tenant.js';
import { CORRELATION_MEMO } from '../domain/trace/correlation.js';
import { headOf } from '../domain/text/well-formed.js';
import { grpcErrorIn, GrpcStatus } from './grpc.js';

/** Longer summaries are cut: the server limits them. */
const MAX_SUMMARY = 200;

export type RunRequest = RunInput & { readonly plan: Plan };

type Described = Pick<
  WorkflowStartOptions,
  'staticSummary' | 'staticDetails' | 'memo' | 'workflowTaskTimeout' | 'priority'
>;

/** What is in the memo of a run, and not in its input. */
export interface MemoNotes {
  /** See `TICKET_MEMO`. */
  readonly ticket?: string;
  readonly reason?: string;
}

export function describedRun(request: RunRequest, notes: MemoNotes = {}): Described {
  const { plan, tenant } = request;
  return {
    staticSummary: headOf(`${plan.name} · ${Object.keys(plan.tasks).length} tasks`, MAX_SUMMARY).toWellFormed(),
    // The details that the run itself sets have the picture.
    ...defined({ staticDetails: plan.description }),
    ...memoOf(request, notes),
    ...taskTimeout(request),
    ...(tenant === undefined ? {} : { priority: fairnessOptions(tenant) }),
  };
}

/** The memo has these values even if the server does not have Baton's search attributes. */
function memoOf(
  { reuse, tenant, compensates, correlationId }: RunRequest,
  { ticket, reason }: MemoNotes,
): Pick<WorkflowStartOptions, 'memo'> {
  const memo = {
    ...(reuse === undefined ? {} : { [FORK_MEMO]: reuse.run }),
    ...(compensates === undefined ? {} : { [COMPENSATES_MEMO]: compensates }),
    ...(tenant === undefined ? {} : { [TENANT_MEMO]: tenant.name }),
    ...(reason === undefined ? {} : { [REASON_MEMO]: reason }),
    ...(ticket === undefined ? {} : { [TICKET_MEMO]: ticket }),
    ...(correlationId === undefined ? {} : { [CORRELATION_MEMO]: correlationId }),
  };
  return Object.keys(memo).length === 0 ? {} : { memo };
}

export interface Searchable {
  /** The argument of the Workflow. */
  readonly args: [RunRequest];
  readonly typedSearchAttributes?: TypedSearchAttributes;
}

/**
 * Starts with all search attributes of the run. A server rejects those that it does not have; the run is then started with fewer,
 * in the end with none.
 */
export async function startSearchable<T>(request: RunRequest, start: (run: Searchable) => Promise<T>): Promise<T> {
  for (const pairs of attributesOf(request)) {
    try {
      return await start({
        args: [{ ...request, searchable: true }],
        typedSearchAttributes: new TypedSearchAttributes(pairs),
      });
    } catch (error) {
      if (!isUnknownSearchAttribute(error)) throw error;
    }
  }
  return await start({ args: [request] });
}

/** What a run has, then less and less: a server may have the attributes of an earlier release. */
function attributesOf({
  plan: { name },
  reuse,
  tenant: owner,
  correlationId: id,
}: RunRequest): SearchAttributePair[][] {
  const { plan, status, forkOf, tenant, state, correlationId } = SEARCH_ATTRIBUTES;
  const first = [
    { key: defineSearchAttributeKey(plan.name, plan.kind), value: name },
    { key: defineSearchAttributeKey(status.name, status.kind), value: 'started' satisfies StatusTag },
  ];
  const more = [
    ...(reuse === undefined ? [] : [{ key: defineSearchAttributeKey(forkOf.name, forkOf.kind), value: reuse.run }]),
    ...(owner === undefined ? [] : [{ key: defineSearchAttributeKey(tenant.name, tenant.kind), value: owner.name }]),
  ];
  // A run records its state only if it was started with one: the server has the attribute then.
  const whole = [
    ...first,
    ...more,
    { key: defineSearchAttributeKey(state.name, state.kind), value: 'started' satisfies StateTag },
  ];
  const all =
    id === undefined
      ? []
      : [[...whole, { key: defineSearchAttributeKey(correlationId.name, correlationId.kind), value: id }]];
  return more.length === 0 ? [...all, whole, first] : [...all, whole, [...first, ...more], first];
}

function isUnknownSearchAttribute(error: unknown): boolean {
  const cause = grpcErrorIn(error);
  if (cause?.code !== GrpcStatus.INVALID_ARGUMENT) return false;
  return /search ?attribute|BatonPlan|BatonStatus/i.test(cause.message);
}
