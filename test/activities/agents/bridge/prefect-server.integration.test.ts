// A server of Prefect that wants a password, and is killed. Nothing executes its flow runs, whose states the tests set.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { start, startProgram, stop, stopProgram, type Running } from '../../../../scripts/systems/lifecycle.js';
import { prefect as system } from '../../../../scripts/systems/prefect.js';
import { prefectAgent } from '../../../../src/activities/agents/bridge/prefect/prefect.js';
import type { PrefectSettings } from '../../../../src/activities/agents/bridge/prefect/settings.js';
import { urlOf, withSystem } from '../../../support/systems.js';
import { attemptOf } from './one-attempt.js';
import { prefectOf, type PrefectClient } from './prefect-client.js';

/** A busy machine needs more than a minute to start a server of Prefect. */
const START_MS = 300_000;
const PATIENT = { timeout: START_MS, interval: 500 };
const PASSWORD = 'admin:right';

describe.skipIf(urlOf('prefect') === undefined)(
  withSystem('prefect', 'a server of Prefect'),
  { timeout: START_MS },
  () => {
    const right = { username: 'admin', password: { env: 'RIGHT' } };
    let directory: string;
    let own: Running;
    let client: PrefectClient;
    const settingsOf = (more: Partial<PrefectSettings>): PrefectSettings => ({
      type: 'by-hand',
      url: own.url,
      deployment: 'by-hand/tests',
      ...more,
    });

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'baton-prefect-'));
      vi.stubEnv('RIGHT', 'right');
      vi.stubEnv('WRONG', 'wrong');
      const { isComplete: _, ...answering } = system;
      own = await start({ ...answering, prepare: serverWithPassword }, directory);
      client = prefectOf(own.url, { authorization: `Basic ${Buffer.from(PASSWORD).toString('base64')}` });
      await client.deploy('by-hand', 'tests');
    }, START_MS);
    afterAll(async () => {
      vi.unstubAllEnvs();
      await stop(own, 'SIGKILL');
      await rm(directory, { recursive: true, force: true });
    });

    test('does not accept wrong credentials, which is not retried, and accepts the right ones', async () => {
      const failureWith = (auth: Partial<PrefectSettings>) => attemptOf(prefectAgent(settingsOf(auth)), {}).failure();
      const refusal = {
        type: 'AgentRefused',
        nonRetryable: true,
        message: `Prefect at ${new URL(own.url).origin} does not accept the credentials (401): correct apiKey or auth`,
      };
      expect(await failureWith({ auth: { username: 'admin', password: { env: 'WRONG' } } })).toMatchObject(refusal);
      expect(await failureWith({ apiKey: { env: 'WRONG' } })).toMatchObject(refusal);
      expect(await failureWith({})).toMatchObject(refusal);
      const accepted = await failureWith({ auth: right, deployment: 'unknown/tests' });
      expect(accepted.message).toContain('has no deployment "unknown/tests"');
    });

    // A flow run at work would end if the server were away for longer than Prefect's own client tries.
    test('that is killed and started again while the flow run is paused does not fail the call', async () => {
      const attempt = attemptOf(prefectAgent(settingsOf({ auth: right })), {}, { timeoutMs: START_MS });
      const { id } = await attempt.untilJob({ state: 'queued' });
      await client.pause(id);
      await attempt.untilJob({ state: 'waiting' });
      await stopProgram(own, 'server', 'SIGKILL');
      await expect(client.run(id)).rejects.toThrow('fetch failed');
      own = await startProgram(own, 'server');
      await expect.poll(() => client.complete(id).catch((error: unknown) => error), PATIENT).toBeUndefined();
      expect((await attempt.ended).output).toBeNull();
    });
  },
);

async function serverWithPassword(directory: string, ports: readonly number[]) {
  const [server] = await system.prepare(directory, ports);
  return [{ ...server!, env: { ...server!.env, PREFECT_SERVER_API_AUTH_STRING: PASSWORD } }];
}
