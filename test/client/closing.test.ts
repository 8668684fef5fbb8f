import { setTimeout as pause } from 'node:timers/promises';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, inject, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { silenceTemporal } from '../support/silence.js';

/** Longer than the SDK waits before it tries a call again that was cut off. */
const LONGER_THAN_A_RETRY_MS = 1_000;

test('what waits on a closed connection ends with its server, and is not tried again', async () => {
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
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  process.on('uncaughtException', note);
  try {
    const waiting = expect(run.result()).rejects.toThrow();
    await pause(200);
    await baton.close();
    await env.teardown();
    await waiting;
    await pause(LONGER_THAN_A_RETRY_MS);
    expect(uncaught).toEqual([]);
  } finally {
    process.off('uncaughtException', note);
  }
});
