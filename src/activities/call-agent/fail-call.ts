// Handles every failed attempt: records its end, and converts the error into the failure that Temporal sends.
import type { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { AgentError } from '../errors/agent-error.js';
import { classify, failureTypeOf, usesNoAttempt } from '../errors/classify.js';
import { messageOf } from '../errors/truncate-error.js';
import { endAttempt, isAfterLast, isLast, type Attempt } from './attempt.js';
import { createMissingAgents } from './missing-agent.js';
import type { ParsedRequest } from './open-call.js';

/** `parsed` is absent if the request itself could not be parsed. */
export type FailCall = (
  error: unknown,
  attempt: Attempt,
  parsed: ParsedRequest | undefined,
) => ApplicationFailure | CancelledFailure;

export function createFailCall(random: () => number): FailCall {
  const noteMissing = createMissingAgents(random);
  return (thrown, attempt, parsed) => {
    const type = failureTypeOf(thrown);
    const { error, isOver } =
      type === 'AgentNotHere' && thrown instanceof AgentError && parsed !== undefined
        ? noteMissing(thrown, parsed.request.agent, attempt, parsed.log)
        : { error: thrown, isOver: false };
    endAttempt(attempt, {
      ...{ type, message: messageOf(error), usesNone: usesNoAttempt(error) },
      isAfterLast: parsed !== undefined && isAfterLast(attempt, parsed.request),
    });
    const { number, began, unanswered, usage } = attempt;
    const timings = attempt.timings.reported();
    const known = { attempt: number, began, unanswered, usage, isOver, random: random(), timings };
    return classify(error, parsed === undefined ? known : { ...known, ...retrySettings(attempt, parsed) });
  };
}

/** The settings of the request that decide whether another attempt follows. */
const retrySettings = (attempt: Attempt, { request }: ParsedRequest) => ({
  retry: request.retry,
  hasFallback: request.hasFallback === true,
  isLast: isLast(attempt, request),
  isAfterLast: isAfterLast(attempt, request),
});
