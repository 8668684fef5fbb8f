import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { untilStarted } from '../../src/client/messages.js';

const refused = (...details: unknown[]) =>
  new WorkflowUpdateFailedError(
    'refused',
    ApplicationFailure.nonRetryable('task ok is pending', 'Refused', ...details),
  );

/** Rejects with these errors, one after the other, then resolves. */
function answers(...errors: Error[]) {
  let calls = 0;
  const send = (): Promise<number> => {
    const error = errors[calls++];
    return error === undefined ? Promise.resolve(calls) : Promise.reject(error);
  };
  return send;
}

test('a message that comes a moment too early is sent again', async () => {
  const early = refused({ tooEarly: true });
  expect(await untilStarted(answers(early, early))).toBe(3);
});

test.each([[refused()], [refused({ tooEarly: false })], [refused('x')], [new Error('away')]])(
  'a message that is refused for another reason is not sent again: %s',
  async (error) => {
    await expect(untilStarted(answers(error))).rejects.toBe(error);
  },
);
