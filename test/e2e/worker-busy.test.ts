import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { WorkerBusyError } from '../../src/client/errors.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

test('approve: says that the worker is busy where it polls and does not answer', async () => {
  const directory = await makeDirectory();
  const server = await find(directory);
  const baton = await Baton.connect({ server, agents: [], taskQueue: 'busy' });
  onTestFinished(() => baton.close());
  const worker = await startWorkerProcess({ directory, taskQueue: 'busy', codePath: await copyBundle(directory) });
  const run = await baton.start({ name: 'asks', tasks: { ok: { approve: { title: 'ok?' } } } }, { id: 'asks' });
  await expect.poll(async () => (await run.snapshot()).tasks['ok']?.status).toBe('running');
  worker.freeze();
  const approval = run.approve('ok');
  await expect(approval).rejects.toThrow(WorkerBusyError);
  await expect(approval).rejects.toThrow('the workers of the Task Queue "busy" have not answered within 8 s');
}, 120_000);
