// A worker that is ended by a signal leaves no process of a command behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gone, pidsIn } from './processes.js';

const script = fileURLToPath(new URL('./run-command.ts', import.meta.url));
const command = fileURLToPath(new URL('../../../fixtures/agents/forever.js', import.meta.url));

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'baton-command-'))));
afterAll(() => rm(folder, { recursive: true }));

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a command and its children are killed when the worker ends by %s',
  async (signal) => {
    const file = join(folder, `${signal}.json`);
    const worker = spawn(process.execPath, ['--import', 'jiti/register', script, command, file]);
    const ended = once(worker, 'exit');
    const pids = await pidsIn(file);
    worker.kill(signal);
    expect(await ended).toEqual([null, signal]);
    for (const pid of pids) await gone(pid);
  },
);
