import { once } from 'node:events';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, inject, test, vi } from 'vitest';
import { Baton } from '../../src/client.js';
import { silenceTemporal } from '../support/silence.js';

test('close: who waits for a result is told that the client was closed, and the call is not sent again', async () => {
  silenceTemporal();
  const env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: inject('temporalBinary') },
      log: { format: 'pretty', level: 'never' },
    },
  });
  const server = { connectionOptions: { address: env.address }, namespace: 'default' };
  const baton = await Baton.connect({ server });
  const run = await baton.start({ name: 'long', tasks: { long: { wait: '1h' } } });
  const poll = vi.spyOn(baton.client.workflowService, 'getWorkflowExecutionHistory');
  // A call that is sent again on a closed channel throws where no caller can catch it, and never settles.
  const stop = new AbortController();
  const uncaught = once(process, 'uncaughtException', stop).then(([error]) => Promise.reject(error as Error));
  try {
    const result = Promise.race([run.result(), uncaught]);
    result.catch(() => undefined);
    await vi.waitFor(() => expect(poll).toHaveBeenCalledOnce());
    await baton.close();
    await env.teardown();
    await expect(result).rejects.toThrow('the client was closed before the run ended');
    expect(poll).toHaveBeenCalledOnce();
  } finally {
    stop.abort();
  }
});
