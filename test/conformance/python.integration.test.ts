// The worker of the Python package serves the agents of the conformance script.
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject, test, vi } from 'vitest';
import { CLIENT, findPython, NO_PYTHON, startPython, type PythonWorker } from '../support/python.js';
import { useWorkers } from '../support/workers.js';
import { CASES } from './cases.js';
import { openConformance, SECRET, type Conformance } from './harness.js';

const isHere = findPython() !== undefined;

describe.skipIf(!isHere)(isHere ? 'the Python worker' : `skipped: ${NO_PYTHON}`, () => {
  const workers = useWorkers();
  let conformance: Conformance;
  let worker: PythonWorker;

  beforeAll(async () => {
    const key = randomBytes(32).toString('base64');
    vi.stubEnv('CONFORMANCE_KEY', key);
    const directory = await mkdtemp(join(tmpdir(), 'baton-conformance-'));
    const { address } = workers.env;
    worker = await startPython(
      [join(CLIENT, 'tests/conformance_agents.py'), 'python', address, directory, 'CONFORMANCE_KEY'],
      { CONFORMANCE_KEY: key, [SECRET]: 'a-secret-of-the-worker' },
    );
    conformance = await openConformance({
      server: { connectionOptions: { address }, namespace: 'default' },
      workflowBundle: { codePath: inject('workflowBundle') },
      storage: { dir: directory },
      encryption: { keys: [{ id: 'a', key: { env: 'CONFORMANCE_KEY' } }] },
      taskQueue: 'python',
    });
  });

  afterAll(async () => {
    await conformance?.close();
    worker?.kill('SIGTERM');
    await worker?.ended;
    vi.unstubAllEnvs();
  });

  test.concurrent.each(CASES)('$name', async ({ check }) => await check(conformance));
});
