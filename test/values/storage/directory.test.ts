import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { directoryStore } from '../../../src/values/storage/directory.js';
import { keyOf, SWEPT, type StoredValue } from '../../../src/values/storage/store.js';

const HASH = 'ab'.repeat(32);
const KEY = keyOf('default.1', HASH);
const bytes = Buffer.from('some bytes');
const LONG_AGO = new Date('2026-01-01T00:00:00Z');

async function place() {
  const directory = join(await mkdtemp(join(tmpdir(), 'baton-values-')), 'values');
  onTestFinished(() => rm(join(directory, '..'), { recursive: true, force: true }));
  return { directory, path: join(directory, KEY), store: directoryStore(directory, { create: true }) };
}

async function all(values: AsyncIterable<StoredValue>): Promise<StoredValue[]> {
  const found: StoredValue[] = [];
  for await (const value of values) found.push(value);
  return found;
}

test('directory: what is put is read, and is private', async () => {
  const { store, directory, path } = await place();
  await store.put(KEY, [bytes]);
  expect(Buffer.from((await store.get(KEY))!)).toEqual(bytes);
  const modes = await Promise.all(
    [directory, join(path, '..'), path].map(async (one) => (await stat(one)).mode & 0o777),
  );
  expect(modes).toEqual([0o700, 0o700, 0o600]);
  expect(await readdir(join(path, '..'))).toEqual([HASH]);
});

test('directory: a value that exists is not written again, but its time is refreshed', async () => {
  const { store, path } = await place();
  await store.put(KEY, [bytes]);
  const { ino } = await stat(path);
  await utimes(path, LONG_AGO, LONG_AGO);
  await store.put(KEY, [bytes]);
  const again = await stat(path);
  expect(again.ino).toBe(ino);
  expect(again.mtimeMs).toBeGreaterThan(LONG_AGO.getTime());
});

test('directory: a value that was cut short on the disk is written again', async () => {
  const { store, path } = await place();
  await store.put(KEY, [bytes]);
  await truncate(path, 3);
  await store.put(KEY, [bytes]);
  expect(await readFile(path)).toEqual(bytes);
});

test('directory: a key that it does not have is undefined, and one that a sweep is removing is still found', async () => {
  const { store, path } = await place();
  expect(await store.get(KEY)).toBeUndefined();
  await store.put(KEY, [bytes]);
  await rename(path, `${path}${SWEPT}`);
  expect(Buffer.from((await store.get(KEY))!)).toEqual(bytes);
});

test('directory: one that was moved away is an error, is not made again, and works when it is back', async () => {
  const { store, directory } = await place();
  await store.put(KEY, [bytes]);
  await rename(directory, `${directory}-away`);
  await expect(store.get(KEY)).rejects.toThrow('does not have the file storage.json: it is not mounted');
  await expect(store.put(KEY, [bytes])).rejects.toThrow('does not have the file storage.json: it is not mounted');
  await expect(readdir(directory)).rejects.toThrow('ENOENT');
  await rename(`${directory}-away`, directory);
  expect(Buffer.from((await store.get(KEY))!)).toEqual(bytes);
});

test('directory: an empty directory in the same place, as of a disk that is not mounted, does not count as the storage', async () => {
  const { store, directory } = await place();
  await store.put(KEY, [bytes]);
  await rename(directory, `${directory}-away`);
  await mkdir(directory);
  await expect(store.get(KEY)).rejects.toThrow('it is not mounted');
  await expect(store.put(KEY, [bytes])).rejects.toThrow('it is not mounted');
});

test('directory: two processes that begin at the same time have the same storage', async () => {
  const { directory, store } = await place();
  const other = directoryStore(directory, { create: true });
  const [first, second] = await Promise.all([store.id(), other.id()]);
  expect(first).toBe(second);
  expect(await readdir(directory)).toEqual(['storage.json']);
});

test('directory: list has the values of one namespace, with sizes and times', async () => {
  const { store, path } = await place();
  await store.put(KEY, [bytes]);
  await store.put(keyOf('other.2', HASH), [bytes]);
  await utimes(path, LONG_AGO, LONG_AGO);
  await writeFile(`${path}.123${'.part'}`, 'half');
  expect(await all(store.list('default.1'))).toEqual([
    { key: KEY, bytes: bytes.length, touchedMs: LONG_AGO.getTime() },
  ]);
});

test('directory: a value is removed, unless it was touched after it was listed', async () => {
  const { store, path } = await place();
  await store.put(KEY, [bytes]);
  await utimes(path, LONG_AGO, LONG_AGO);
  const [value] = await all(store.list('default.1'));
  const before = Date.now() - 3_600_000;
  await store.put(KEY, [bytes]);
  expect(await store.remove(value!, before)).toBe(false);
  expect(Buffer.from((await store.get(KEY))!)).toEqual(bytes);
  await utimes(path, LONG_AGO, LONG_AGO);
  expect(await Promise.all([store.remove(value!, before), store.remove(value!, before)])).toContain(true);
  expect(await store.get(KEY)).toBeUndefined();
});

test('directory: a value that a killed sweep has left half removed is listed, and removed or kept by the next one', async () => {
  const { store, path } = await place();
  await store.put(KEY, [bytes]);
  await rename(path, `${path}${SWEPT}`);
  const [left] = await all(store.list('default.1'));
  expect(left!.key).toBe(`${KEY}${SWEPT}`);
  expect(await store.remove(left!, Date.now() - 3_600_000)).toBe(false);
  expect(await readFile(path)).toEqual(bytes);
});
