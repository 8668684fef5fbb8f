// The runs that a query of Temporal's visibility finds.
import type { Client } from '@temporalio/client';
import { ORCHESTRATE } from '../domain/run/input.js';
import { grpcCodeOf, grpcErrorIn, GrpcStatus } from '../temporal/grpc.js';
import { InvalidInputError } from './errors.js';

export interface FindRuns {
  /** As `temporal workflow list --query`. */
  readonly query: string;
  /** Runs in progress, or runs that have ended. */
  readonly which: 'open' | 'ended';
}

/** The query without `ORDER BY`, which cannot be put in parentheses. */
const ORDER = /\border\s+by\b/i;

/** Without the name of the status: `invalid query: …`. */
const reasonOf = (error: unknown): string =>
  (grpcErrorIn(error)?.message ?? 'the server refused it').replace(/^\d+ [A-Z_]+: /, '');

/** The ids of the runs, each once, the newest first. Sub-plans are left out: they are part of their runs. Throws InvalidInputError. */
export async function findRuns(client: Client, { query, which }: FindRuns): Promise<string[]> {
  if (query.trim() === '')
    throw new InvalidInputError(['query: expected a query, such as "BatonPlan = \'etl\'", got none']);
  if (ORDER.test(query)) throw new InvalidInputError(['query: expected conditions only, got ORDER BY']);
  const status = which === 'open' ? "= 'Running'" : "NOT IN ('Running', 'ContinuedAsNew')";
  const whole = `(${query}) AND WorkflowType = '${ORCHESTRATE}' AND ExecutionStatus ${status}`;
  const ids = new Set<string>();
  try {
    for await (const { workflowId, parentExecution } of client.workflow.list({ query: whole }))
      if (parentExecution === undefined) ids.add(workflowId);
  } catch (error) {
    if (grpcCodeOf(error) !== GrpcStatus.INVALID_ARGUMENT) throw error;
    throw new InvalidInputError([`query: ${reasonOf(error)}`]);
  }
  return [...ids];
}
