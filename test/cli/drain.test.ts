// `baton worker` that is told to end while calls are in flight, and another worker.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { useCliDirectory, type Running } from '../support/baton.js';

const place = useCliDirectory();
const { baton, spawn, write } = place;

/** Each call notes that it begins. `slow` ends after two seconds, `open` when there is a file. */
const CONFIG = `
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
const note = (log, { idempotencyKey, attempt }) => appendFileSync(log, idempotencyKey + ' ' + attempt + '\\n');
export default {
  agents: [
    { type: 'slow', kind: 'function', run: async (input, ctx) => { note('slow.log', ctx); await pause(2_000); return input; } },
    {
      type: 'open', kind: 'function',
      run: async (input, ctx) => {
        note('open.log', ctx);
        while (!existsSync('open')) await pause(100, undefined, { signal: ctx.signal });
        return input;
      },
    },
  ],
};
`;

const planOf = (agent: string, items: number) => ({
  name: agent,
  defaults: { retry: { attempts: 1 } },
  tasks: { all: { agent, forEach: { items: Array.from({ length: items }, (_, n) => n), concurrency: items } } },
  output: '{% $count($tasks.all.output) %}',
});

beforeAll(async () => {
  await rm(join(place.directory, 'baton.config.yaml'));
  await write('baton.config.js', CONFIG);
  await write('slow.json', planOf('slow', 200));
  await write('open.json', planOf('open', 20));
});

const callsIn = async (log: string): Promise<string[]> =>
  (await readFile(join(place.directory, log), 'utf8').catch(() => '')).split('\n').filter(Boolean);

async function startWorker(): Promise<Running> {
  const worker = spawn('worker');
  await worker.waitForLine('worker ready');
  return worker;
}

test('drain: 200 calls in flight end in their worker, and no attempt fails', async () => {
  const leaving = await startWorker();
  await baton('run', 'slow.json', '--detach', '--id', 'slow');
  await expect.poll(() => callsIn('slow.log'), { timeout: 60_000 }).toHaveLength(200);
  const other = await startWorker();
  // Without the SIGKILL that `signal` lets follow after five seconds.
  process.kill(leaving.pid, 'SIGTERM');
  expect((await leaving.ended).exitCode).toBe(0);
  expect((await baton('result', 'slow', '--quiet')).stdout).toBe('200');
  const calls = await callsIn('slow.log');
  expect(calls).toHaveLength(200);
  expect(calls.filter((line) => !line.endsWith(' 1'))).toEqual([]);
  other.signal('SIGTERM');
  await other.ended;
});

test('drain: a call that does not end in time goes to another worker, and uses no attempt', async () => {
  const leaving = await startWorker();
  await baton('run', 'open.json', '--detach', '--id', 'open');
  await expect.poll(() => callsIn('open.log'), { timeout: 60_000 }).toHaveLength(20);
  await startWorker();
  // Without the SIGKILL that `signal` lets follow after five seconds.
  process.kill(leaving.pid, 'SIGTERM');
  expect((await leaving.ended).exitCode).toBe(0);
  await expect.poll(() => callsIn('open.log'), { timeout: 60_000 }).toHaveLength(40);
  await write('open', '');
  expect((await baton('result', 'open', '--quiet')).stdout).toBe('20');
  const calls = await callsIn('open.log');
  expect(new Set(calls).size).toBe(20);
  expect(calls.filter((line) => !line.endsWith(' 1'))).toEqual([]);
});
