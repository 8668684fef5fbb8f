// The files in which workers keep what calls log.
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKeptEntries } from '../../src/cli/logs/kept-entries.js';
import type { KeptLine } from '../../src/domain/run/kept-line.js';
import { openKeptLines } from '../../src/telemetry/kept-lines.js';
import { fileNamed, hostName, sweepKeptFiles } from '../../src/telemetry/kept-files.js';

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'baton-kept-')), 'logs');
});
afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }));

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const line = (message: string, run = 'r', time = new Date().toISOString()): KeptLine => ({
  ...{ time, run, task: 'a', call: 'a', attempt: 1, level: 'info', message },
});
const read = async (run: string, since = '') => {
  const kept = createKeptEntries(directory, run, since);
  return { messages: (await kept.read()).map(({ message }) => message), workers: [...kept.workers] };
};

test('lines of two workers go to one private file, and are read by run', async () => {
  const [one, two] = [
    (await openKeptLines({ directory, worker: '1@here', log: silent }))!,
    (await openKeptLines({ directory, worker: '2@here', log: silent }))!,
  ];
  for (let at = 0; at < 500; at++) (at % 2 === 0 ? one : two).keep(line(`line ${at}`));
  one.keep(line('of another', 'r2'));
  two.keep(line('of a sub-plan', 'r/solve'));
  await Promise.all([one.close(), two.close()]);
  expect(await readdir(directory)).toEqual([`${hostName()}.000001.jsonl`]);
  expect((await stat(fileNamed(directory, hostName(), 1))).mode & 0o077).toBe(0);
  const { messages, workers } = await read('r');
  expect(messages).toHaveLength(501);
  expect(messages).toContain('of a sub-plan');
  expect(workers.sort()).toEqual(['1@here', '2@here']);
  expect((await read('r2')).messages).toEqual(['of another']);
});

test('10,000 lines make one file', async () => {
  const kept = (await openKeptLines({ directory, worker: '1@here', log: silent }))!;
  for (let at = 0; at < 10_000; at++) kept.keep(line('x', `run-${at}`));
  await kept.close();
  expect(await readdir(directory)).toHaveLength(1);
});

test('a file that is full is followed by the next one', async () => {
  const kept = (await openKeptLines({ directory, worker: '1@here', log: silent }))!;
  for (let file = 0; file < 3; file++) {
    for (let at = 0; at < 9; at++) kept.keep(line('x'.repeat(1024 * 1024)));
    await kept.close();
  }
  expect(await readdir(directory)).toHaveLength(3);
});

test('files that are too old or too many are removed, the oldest first, and the newest stays', async () => {
  const kept = (await openKeptLines({ directory, worker: '1@here', log: silent }))!;
  await kept.close();
  const at = async (number: number, days: number, bytes: number) => {
    const path = fileNamed(directory, 'other', number);
    await writeFile(path, Buffer.alloc(bytes));
    const time = Date.now() / 1000 - days * 86_400;
    await utimes(path, time, time);
  };
  const MiB = 1024 * 1024;
  await at(1, 15, 10);
  await at(2, 3, 30 * MiB);
  await at(3, 2, 30 * MiB);
  await at(4, 1, 30 * MiB);
  await sweepKeptFiles(directory, Date.now());
  expect((await readdir(directory)).sort()).toEqual([
    'other.000003.jsonl',
    'other.000004.jsonl',
    `${hostName()}.000001.jsonl`,
  ]);
});

test('a line that was cut off is left out, and what is written later is read by the next call', async () => {
  const kept = (await openKeptLines({ directory, worker: '1@here', log: silent }))!;
  kept.keep(line('before'));
  await kept.close();
  const path = fileNamed(directory, hostName(), 1);
  await writeFile(path, `${await readFile(path, 'utf8')}{"run":"r","tim\n`);
  const entries = createKeptEntries(directory, 'r', '');
  expect((await entries.read()).map(({ message }) => message)).toEqual(['before']);
  kept.keep(line('after'));
  await kept.close();
  expect((await entries.read()).map(({ message }) => message)).toEqual(['after']);
  expect(await entries.read()).toEqual([]);
});

test('lines of an earlier run of the same id are left out', async () => {
  const kept = (await openKeptLines({ directory, worker: '1@here', log: silent }))!;
  kept.keep(line('old', 'r', '2026-01-01T00:00:00.000Z'));
  kept.keep(line('new', 'r', '2026-02-01T00:00:00.000Z'));
  await kept.close();
  expect((await read('r', '2026-01-15T00:00:00.000Z')).messages).toEqual(['new']);
});

test('a directory that cannot be made is reported, and the worker works without', async () => {
  await writeFile(join(directory, '..', 'file'), '');
  const infos: string[] = [];
  const log = { ...silent, info: (message: string) => void infos.push(message) };
  expect(await openKeptLines({ directory: join(directory, '..', 'file', 'logs'), worker: 'w', log })).toBeUndefined();
  expect(infos).toEqual([expect.stringMatching(/^what calls log is not kept for "baton logs": .*EEXIST/)]);
});

test('a directory that can no longer be written is reported once', async () => {
  const warnings: string[] = [];
  const log = { ...silent, warn: (message: string) => void warnings.push(message) };
  const kept = (await openKeptLines({ directory, worker: 'w', log }))!;
  await kept.close();
  await rm(directory, { recursive: true });
  await writeFile(directory, '');
  await chmod(directory, 0o400);
  for (const message of ['one', 'two']) {
    kept.keep(line(message));
    await kept.close();
  }
  expect(warnings).toEqual([expect.stringMatching(/^what calls log is not kept: /)]);
});
