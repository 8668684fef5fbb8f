import { ActivityFailure, RetryState, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { expect, test } from 'vitest';
import { outcomeFromError } from '../../../src/workflows/calls/outcome-from-error.js';

const lost = (details: unknown) =>
  outcomeFromError(
    new ActivityFailure(
      'failed',
      'callAgent',
      'a',
      RetryState.MAXIMUM_ATTEMPTS_REACHED,
      '',
      new TimeoutFailure('late', details, TimeoutType.HEARTBEAT),
    ),
    { attempts: 2 },
  );

test('outcomeFromError: a call that was lost with its worker has the usage of its last heartbeat', () => {
  expect(lost({ progress: 1, spent: { tokens: 5, usd: 0.5 } })).toMatchObject({
    status: 'unknown',
    attempts: 2,
    usage: { calls: 0, tokens: 5, usd: 0.5 },
    lost: true,
  });
  for (const details of [undefined, { progress: 1 }, 'none of ours']) expect(lost(details)).not.toHaveProperty('usage');
});
