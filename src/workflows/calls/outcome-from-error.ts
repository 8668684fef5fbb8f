// Turns an expected error (of an expression, a call or a sub-plan) into the outcome of a task. All other errors are defects and
// are rethrown.
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import type { Usage } from '../../domain/call/usage.js';
import { ExpressionError } from '../../domain/expression/expression.js';
import { failure } from '../../domain/failure.js';
import type { Outcome } from '../../domain/call/outcome.js';
import type { RunResult } from '../../domain/run/result.js';
import { callOutcome, cancelledOutcome, type CallContext } from './call-outcome.js';

export function outcomeFromError(error: unknown, terms: CallContext = {}): Outcome {
  if (error instanceof ExpressionError) {
    return { status: 'failed', attempts: 0, failure: failure('ExpressionFailed', error.message) };
  }
  if (error instanceof CancelledFailure) return cancelledOutcome(error, undefined);
  if (error instanceof ActivityFailure) return callOutcome(error, terms);
  if (error instanceof ChildWorkflowFailure) return childOutcome(error);
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    const message = `a Workflow with the id ${error.workflowId} is already running, and it does not belong to this run`;
    return { status: 'failed', attempts: 0, failure: failure('SubPlanFailed', message) };
  }
  throw error;
}

/** The usage of a sub-plan, and the amount to charge. They differ if calls were lost: their holds were charged. */
export const subPlanUsage = ({ usage, budget }: RunResult): { usage: Usage; charged?: Usage } =>
  budget === undefined ? { usage } : { usage, charged: budget.spent };

const resultInFailure = ({ type, details }: ApplicationFailure): RunResult | undefined =>
  type === 'RunFailed' ? (details?.[0] as RunResult | undefined) : undefined;

/** The result of a sub-plan that did not succeed; `undefined` if it reported none. */
export const resultFromError = (error: unknown): RunResult | undefined =>
  error instanceof ChildWorkflowFailure && error.cause instanceof ApplicationFailure
    ? resultInFailure(error.cause)
    : undefined;

/** True if a sub-plan had started and ended without reporting what it has done. */
export function isLostChild(error: unknown): boolean {
  if (!(error instanceof ChildWorkflowFailure) || error.cause instanceof CancelledFailure) return false;
  return !(error.cause instanceof ApplicationFailure) || error.cause.type === 'InternalError';
}

function childOutcome({ cause }: ChildWorkflowFailure): Outcome {
  if (cause instanceof CancelledFailure) return cancelledOutcome(cause, undefined);
  if (cause instanceof ApplicationFailure) {
    const result = resultInFailure(cause);
    // A cancelled sub-plan with debt fails, because a cancelled Workflow has no result.
    if (result?.status === 'cancelled') return cancelledOutcome(new CancelledFailure(cause.message), undefined);
    const debt = result === undefined || result.debt.length === 0 ? '' : `; not undone: ${result.debt.join(', ')}`;
    const why = failure(
      'SubPlanFailed',
      `${cause.message}${debt}`,
      result?.failure == null ? {} : { details: result.failure },
    );
    return { status: 'failed', attempts: 1, failure: why, ...(result === undefined ? {} : subPlanUsage(result)) };
  }
  const message =
    cause instanceof TerminatedFailure
      ? 'the Workflow of the sub-plan was terminated'
      : (cause?.message ?? 'the sub-plan ended without a cause');
  return { status: 'unknown', attempts: 1, failure: failure('SubPlanFailed', message) };
}
