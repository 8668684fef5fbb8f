// The embedded server ends when its last user has ended, even if that was killed.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { dataDirectoryIn } from '../../src/server/data-directory.js';
import { hasUsers } from '../../src/server/references.js';
import { endIfUnused } from '../../src/server/running-server.js';
import { commandOf } from '../../src/system/process-identity.js';
import { holdServer } from './other-process.js';
import { find, makeDirectory, readRecordOf, unconfigure } from './place.js';

vi.setConfig({ testTimeout: 120_000 });

beforeEach(unconfigure);

const guardianOf = async (directory: string): Promise<number> => {
  const { pid } = JSON.parse(await readFile(join(directory, '.baton', 'guardian.json'), 'utf8')) as { pid: number };
  return pid;
};

const untilEnded = (pid: number) => expect.poll(() => commandOf(pid), { timeout: 60_000 }).toBeUndefined();

test('guardian: when the last user is killed, the server ends, and so does the guardian', async () => {
  const directory = await makeDirectory();
  const users = await Promise.all([holdServer(directory), holdServer(directory)]);
  const [{ pid }, guardian] = [await readRecordOf(directory), await guardianOf(directory)];
  for (const user of users) await user.kill();
  await untilEnded(pid);
  await untilEnded(guardian);
  // The next process finds a directory in good order.
  const found = await find(directory);
  expect((await readRecordOf(directory)).pid).not.toBe(pid);
  await found.release();
});

test('guardian: the server ends, too, if its directory is deleted when its last user is killed', async () => {
  const directory = await makeDirectory();
  const user = await holdServer(directory);
  const [{ pid }, guardian] = [await readRecordOf(directory), await guardianOf(directory)];
  // The guardian has looked at the directory: it looks every second, and holds no file that a test could wait for.
  await setTimeout(3_000);
  await Promise.all([user.kill(), rm(directory, { recursive: true, force: true })]);
  await untilEnded(guardian);
  await untilEnded(pid);
});

test('guardian: what it does is refused while a user lives, although others were killed', async () => {
  const directory = await makeDirectory();
  const found = await find(directory);
  const other = await holdServer(directory);
  const record = await readRecordOf(directory);
  await other.kill();
  const home = await dataDirectoryIn(directory);
  expect(await hasUsers(home.users)).toBe(true);
  expect(await endIfUnused(home, record)).toBe(false);
  expect(await commandOf(record.pid)).toBeDefined();
  await found.release();
  expect(await hasUsers(home.users)).toBe(false);
  expect(await endIfUnused(home, record)).toBe(true);
});

test('guardian: it ends with the release of the last user, and one that was killed is replaced by the next user', async () => {
  const directory = await makeDirectory();
  const found = await find(directory);
  const first = await guardianOf(directory);
  process.kill(first, 'SIGKILL');
  await untilEnded(first);
  const other = await holdServer(directory);
  const second = await guardianOf(directory);
  expect(second).not.toBe(first);
  await other.release();
  expect(await commandOf(second)).toBeDefined();
  await found.release();
  await untilEnded(second);
});

test('guardian: a server that was killed and restarted is ended, too', async () => {
  const directory = await makeDirectory();
  const other = await holdServer(directory);
  const { pid } = await readRecordOf(directory);
  process.kill(pid, 'SIGKILL');
  const restarted = async () => {
    const record = await readRecordOf(directory).catch(() => undefined);
    return record !== undefined && record.pid !== pid && (await commandOf(record.pid)) !== undefined;
  };
  await expect.poll(restarted, { timeout: 60_000 }).toBe(true);
  const { pid: next } = await readRecordOf(directory);
  onTestFinished(() => other.kill());
  await other.kill();
  await untilEnded(next);
});
