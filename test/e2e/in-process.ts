// A server, a worker in this process and a client, for the tests of one file that share them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { inject } from 'vitest';
import { Baton } from '../../src/client.js';
import type { Agent } from '../../src/domain/agent/agent.js';
import { type FoundServer, findServer } from '../../src/server/index.js';
import type { ValueSettings } from '../../src/values.js';
import { createWorker } from '../../src/worker.js';
import { NOBODY } from '../server/place.js';

export interface InProcess {
  readonly baton: Baton;
  readonly server: FoundServer;
  readonly directory: string;
  close(): Promise<void>;
}

export async function startInProcess(
  agents: (directory: string) => readonly Agent[],
  values: ValueSettings = {},
): Promise<InProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-e2e-'));
  const server = await findServer({ directory, localAddress: NOBODY });
  // Agents that fail are what these tests are about; the SDK would print each.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const known = agents(directory);
  const worker = await createWorker({
    agents: known,
    server,
    ...values,
    workflowBundle: { codePath: inject('workflowBundle') },
  });
  const running = worker.run();
  const baton = await Baton.connect({ server, agents: known, ...values });
  return {
    baton,
    server,
    directory,
    async close() {
      await baton.close();
      worker.shutdown();
      await running;
      await server.release();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
