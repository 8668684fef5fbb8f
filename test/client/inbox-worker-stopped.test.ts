// The inbox while a worker stands still: queries that the server has sent to it are lost, and the other worker answers the next ones.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { Baton, createWorker } from '../../src/index.js';
import { buildCli, DIST } from '../support/built-cli.js';
import { silenceTemporal } from '../support/silence.js';

const WORKER = `
import { createWorker } from '${pathToFileURL(join(DIST, 'index.js')).href}';
const [address] = process.argv.slice(2);
const worker = await createWorker({ agents: [], server: { connectionOptions: { address }, namespace: 'default' }, taskQueues: ['still'] });
await worker.run();
`;
const RUNS = 16;

const workflowBundle = { codePath: inject('workflowBundle') };

beforeAll(async () => {
  silenceTemporal();
  await buildCli();
});

test('inbox: all runs are read if the worker that had them has stopped and another is there', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'baton-inbox-'));
  await writeFile(join(directory, 'worker.mjs'), WORKER);
  const baton = await Baton.embedded({ agents: [], directory, taskQueue: 'other', workflowBundle });
  const stopped = execa(process.execPath, ['worker.mjs', baton.server.address], { cwd: directory, reject: false });
  onTestFinished(async () => {
    stopped.kill('SIGKILL');
    await stopped;
    await baton.close();
    await rm(directory, { recursive: true });
  });
  const plan = { name: 'still', tasks: { go: { approve: { title: 'Go?' } } } };
  for (let at = 0; at < RUNS; at++) await baton.start(plan, { id: `still-${at}`, taskQueue: 'still' });
  await expect.poll(async () => (await baton.inbox({ plan: 'still' })).items.length).toBe(RUNS);
  stopped.kill('SIGSTOP');
  const { address } = baton.server;
  const server = { connectionOptions: { address }, namespace: 'default' };
  const worker = await createWorker({ agents: [], taskQueues: ['still'], server, workflowBundle });
  const working = worker.run();
  const { items, unread } = await baton.inbox({ plan: 'still' });
  worker.shutdown();
  await working;
  expect(unread).toEqual([]);
  expect(items.length).toBe(RUNS);
});
