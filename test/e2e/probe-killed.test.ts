// A worker dies while it makes the only probe of a breaker that is half-open: another one makes it in its place.
import type { ServerResponse } from 'node:http';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { breakableAgent } from '../fixtures/e2e/breakable.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { startFixtureHttp } from '../support/fixture-http.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

test('the probe of a worker that is killed is made by another, and never beside it', async () => {
  const seen = { isDown: true, open: new Set<ServerResponse>(), most: 0, probes: 0 };
  const { url, close } = await startFixtureHttp((_, response) => {
    if (seen.isDown) return void response.writeHead(500).end();
    seen.probes++;
    seen.open.add(response);
    response.once('close', () => seen.open.delete(response));
    seen.most = Math.max(seen.most, seen.open.size);
  });
  onTestFinished(close);
  const directory = await makeDirectory();
  const server = await find(directory);
  const taskQueue = 'e2e';
  const codePath = await copyBundle(directory);
  const place = { directory, taskQueue, codePath, script: 'guarded-worker.ts', args: [url] };
  const baton = await Baton.connect({ server, agents: [breakableAgent(url)], taskQueue });
  onTestFinished(() => baton.close());
  const first = await startWorkerProcess(place);

  const run = await baton.start({ name: 'one', tasks: { call: { agent: 'breakable' } } });
  const phase = async () => (await baton.breaker('breakable').status()).phase;
  await expect.poll(phase).toBe('open');
  seen.isDown = false;
  await expect.poll(() => seen.probes).toBe(1);
  await startWorkerProcess(place);
  await first.kill();
  await expect.poll(() => seen.open.size).toBe(0);
  expect(await phase()).toBe('half-open');
  await expect.poll(() => seen.probes, { timeout: 60_000 }).toBe(2);
  for (const response of seen.open) response.end('{}');
  expect((await run.result()).status).toBe('completed');
  expect(seen.most).toBe(1);
  await expect.poll(phase).toBe('closed');
}, 240_000);
