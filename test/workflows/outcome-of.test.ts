import { ActivityFailure, RetryState, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { expect, test } from 'vitest';
import { outcomeOf } from '../../src/workflows/outcome-of.js';

const lost = (details: unknown) =>
  outcomeOf(
    new ActivityFailure(
      'failed',
      'callAgent',
      'a',
      RetryState.MAXIMUM_ATTEMPTS_REACHED,
      '',
      new TimeoutFailure('late', details, TimeoutType.HEARTBEAT),
    ),
    2,
  );

test('of a call that was lost with its worker counts what its heartbeats said', () => {
  expect(lost({ progress: 1, spent: { tokens: 5, usd: 0.5 } })).toMatchObject({
    status: 'unknown',
    attempts: 2,
    usage: { calls: 0, tokens: 5, usd: 0.5 },
    lost: true,
  });
  for (const details of [undefined, { progress: 1 }, 'none of ours']) expect(lost(details)).not.toHaveProperty('usage');
});
