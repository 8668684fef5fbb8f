// The worker of this package serves the agents of the conformance script, on a Task Queue of its own.
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, inject, test, vi } from 'vitest';
import { createWorker, type BatonWorker } from '../../src/worker.js';
import { useWorkers } from '../support/workers.js';
import { CASES } from './cases.js';
import { openConformance, SECRET, type Conformance } from './harness.js';
import { TYPESCRIPT_AGENTS } from './typescript-agents.js';

const workers = useWorkers();
let conformance: Conformance;
let worker: BatonWorker;
let working: Promise<void>;

beforeAll(async () => {
  vi.stubEnv('CONFORMANCE_KEY', randomBytes(32).toString('base64'));
  vi.stubEnv(SECRET, 'a-secret-of-the-worker');
  const options = {
    server: { connectionOptions: { address: workers.env.address }, namespace: 'default' },
    workflowBundle: { codePath: inject('workflowBundle') },
    storage: { dir: await mkdtemp(join(tmpdir(), 'baton-conformance-')) },
    encryption: { keys: [{ id: 'a', key: { env: 'CONFORMANCE_KEY' } }] },
  };
  worker = await createWorker({
    ...options,
    ...{ agents: TYPESCRIPT_AGENTS, taskQueues: ['typescript'], secrets: { allow: [SECRET] }, drain: '1s' },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  working = worker.run();
  conformance = await openConformance({ ...options, taskQueue: 'typescript' });
});

afterAll(async () => {
  await conformance?.close();
  worker?.shutdown();
  await working;
  vi.unstubAllEnvs();
});

test.concurrent.each(CASES)('$name', async ({ check }) => await check(conformance));
