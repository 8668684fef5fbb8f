// The smallest Workflow that calls an agent, and answers what it saw.
import { ActivityFailure, ApplicationFailure, CancelledFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../src/activities/index.js';
import type { CallRequest } from '../../src/domain/call/request.js';

export interface Saw {
  readonly reply?: unknown;
  readonly cause?: string;
  readonly type?: string;
  readonly details?: readonly unknown[];
}

export async function callOnce(request: CallRequest): Promise<Saw> {
  const { callAgent } = proxyActivities<Activities>({
    startToCloseTimeout: '1m',
    heartbeatTimeout: '900ms',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { maximumAttempts: request.retry.attempts },
  });
  try {
    return { reply: await callAgent(request) };
  } catch (error) {
    const { cause } = error instanceof ActivityFailure ? error : { cause: error };
    if (cause instanceof CancelledFailure) return { cause: 'CancelledFailure', details: cause.details };
    if (!(cause instanceof ApplicationFailure)) throw error;
    return { cause: 'ApplicationFailure', type: cause.type ?? '', details: cause.details ?? [] };
  }
}
