// A server in the place of Airflow or Prefect whose answers have no end: the call ends, and so does the connection.
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, onTestFinished, test } from 'vitest';
import { airflowAgent } from '../../../../src/activities/agents/bridge/airflow/airflow.js';
import { prefectAgent } from '../../../../src/activities/agents/bridge/prefect/prefect.js';
import { startFixtureHttp } from '../../../support/fixture-http.js';
import { callBridge } from './call-bridge.js';

const CHUNK = ' '.repeat(64 * 1024);

function* endlessText(): Generator<string, never> {
  for (;;) yield CHUNK;
}

/** Resolves when the other side has closed the connection. */
async function writeForEver(response: ServerResponse, status: number): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json' });
  await pipeline(Readable.from(endlessText()), response).catch(() => undefined);
}

const SYSTEMS = [
  {
    name: 'Airflow',
    agentAt: (url: string) =>
      airflowAgent({ type: 'a', url, dag: 'd', auth: { username: 'a', password: { env: 'ENDLESS_PASSWORD' } } }),
  },
  { name: 'Prefect', agentAt: (url: string) => prefectAgent({ type: 'a', url, deployment: 'f/d' }) },
];

test.each(SYSTEMS.flatMap(({ name, agentAt }) => [200, 500].map((status) => [name, status, agentAt] as const)))(
  '%s: an answer without end with the status %i ends the call, and the connection is closed',
  async (_, status, agentAt) => {
    process.env['ENDLESS_PASSWORD'] = 'p';
    let closed: Promise<void> | undefined;
    const server = await startFixtureHttp((_, response) => {
      closed = writeForEver(response, status);
    });
    onTestFinished(server.close);
    const failure = await callBridge(agentAt(server.url), { key: 'run/endless' }).failure();
    if (status === 200) {
      expect(failure).toMatchObject({ type: 'OutputTooLarge', nonRetryable: true });
      expect(failure.message).toMatch(/ answered more than \d+ bytes$/);
    } else {
      expect(failure).toMatchObject({ type: 'AgentFailed', nonRetryable: false });
      expect(failure.message.length).toBeLessThan(2_000);
    }
    await closed;
  },
);
