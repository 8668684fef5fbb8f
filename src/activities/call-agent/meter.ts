// Counts attempts of calls, if the worker serves metrics.
import { ApplicationFailure, type CancelledFailure } from '@temporalio/common';
import type { CallEnd } from '../../domain/call/call-end.js';
import { isFailureType, isUncounted } from '../../domain/failure.js';
import type { Attempt } from './attempt.js';

/** Called when an attempt begins, with its agent; the result is called when it ends. */
export type MeterCall = (agent: string) => (end: CallEnd) => void;

export interface AttemptMeter {
  succeeded(this: void): void;
  failed(this: void, failure: ApplicationFailure | CancelledFailure): void;
}

const OFF: AttemptMeter = { succeeded: () => undefined, failed: () => undefined };

export function meterAttempt(meter: MeterCall | undefined, request: unknown, attempt: Attempt): AttemptMeter {
  if (meter === undefined) return OFF;
  const end = meter(agentOf(request));
  const before = attempt.usage;
  const used = () => ({
    tokens: attempt.usage.tokens - before.tokens,
    usd: attempt.usage.usd - before.usd,
    ...(attempt.beganAtMs === undefined ? {} : { seconds: (performance.now() - attempt.beganAtMs) / 1000 }),
  });
  return {
    succeeded: () => end({ outcome: attempt.began ? 'succeeded' : 'reused', ...used() }),
    failed(failure) {
      const type = failure instanceof ApplicationFailure ? failure.type : 'Cancelled';
      const errorType = isFailureType(type) ? type : 'InternalError';
      const outcome = errorType === 'Cancelled' ? 'cancelled' : isUncounted(errorType) ? 'refused' : 'failed';
      end({ outcome, errorType, ...used() });
    },
  };
}

/** The request may not have been parsed. */
const agentOf = (request: unknown): string =>
  typeof request === 'object' && request !== null && 'agent' in request ? String(request.agent) : '';
