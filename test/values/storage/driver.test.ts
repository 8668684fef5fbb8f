import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExternalStorage, Payload } from '@temporalio/common';
import { decodeReferencePayload, ExternalStorageRunner } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { expect, onTestFinished, test } from 'vitest';
import { openStorage, storageDriver, type StorageServer } from '../../../src/values/storage/open.js';
import type { StorageSettings } from '../../../src/values/storage/settings.js';
import { readClaim } from '../../../src/values/storage/claim.js';

const target = { kind: 'workflow', namespace: 'default', id: 'run' } as const;
const text = (name: string): Uint8Array => Buffer.from(name);
const payloadWith = (data: string): Payload => ({ metadata: { encoding: text('json/plain') }, data: text(data) });
const large = payloadWith(JSON.stringify('x'.repeat(200_000)));

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-driver-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const open = (settings: StorageSettings | false | undefined, server: StorageServer = {}) =>
  openStorage(settings, server);
const store = async (storage: ExternalStorage, payload: Payload): Promise<Payload> =>
  (await new ExternalStorageRunner(storage).store([payload], { target }))[0]!;
const retrieve = async (storage: ExternalStorage, payload: Payload): Promise<Payload> =>
  (await new ExternalStorageRunner(storage).retrieve([payload]))[0]!;
const plain = ({ metadata, data }: Payload) => ({
  encoding: Buffer.from(metadata!['encoding']!).toString(),
  data: Buffer.from(data!).toString(),
});
const claimOf = (reference: Payload) => readClaim(decodeReferencePayload(reference).claimData)!;
const fileOf = (directory: string, reference: Payload): string => join(directory, claimOf(reference).key);

test('storage: a payload of at least the threshold is replaced by a reference, and read by another process', async () => {
  const dir = await scratch();
  const reference = await store(await open({ dir }), large);
  expect(Buffer.from(reference.data!).length).toBeLessThan(600);
  expect(plain(await retrieve(await open({ dir }), reference))).toEqual(plain(large));
  const small = payloadWith('"small"');
  expect(await store(await open({ dir }), small)).toBe(small);
});

test('storage: the same value is stored once, whatever the order of its metadata', async () => {
  const dir = await scratch();
  const storage = await open({ dir });
  const [a, b] = [text('1'), text('2')];
  const first = await store(storage, { metadata: { a, b }, data: large.data! });
  const second = await store(await open({ dir }), { metadata: { b, a }, data: large.data! });
  expect(claimOf(second).hash).toBe(claimOf(first).hash);
  expect(await readdir(join(fileOf(dir, first), '..'))).toHaveLength(1);
});

test('storage: the namespace and its id are part of the key', async () => {
  const storage = await open({ dir: await scratch() }, { namespaceId: () => Promise.resolve('id-1') });
  expect(claimOf(await store(storage, large)).key).toMatch(/^default\.id-1\/[0-9a-f]{2}\/[0-9a-f]{64}$/);
});

test('storage: the server of a directory has storage in .baton/values, another server has none, and false turns it off', async () => {
  const dataDirectory = await scratch();
  expect(storageDriver({ externalStorage: await open(undefined, { dataDirectory }) })!.own!.directory).toBe(
    join(dataDirectory, 'values'),
  );
  expect(storageDriver({ externalStorage: await open(undefined) })!.stores).toBe(false);
  const off = await open(false, { dataDirectory });
  expect(storageDriver({ externalStorage: off })!.stores).toBe(false);
  expect(await store(off, large)).toBe(large);
});

test('storage: the threshold is that of the settings', async () => {
  const storage = await open({ dir: await scratch(), threshold: '16KiB' });
  expect(await store(storage, payloadWith('x'.repeat(16_400)))).not.toHaveProperty('data', undefined);
  expect(decodeReferencePayload(await store(storage, payloadWith('x'.repeat(16_400)))).driverName).toBe('baton');
  const small = payloadWith('x'.repeat(16_000));
  expect(await store(storage, small)).toBe(small);
});

test('storage: a process without storage reads a value whose directory it can read', async () => {
  const dir = await scratch();
  const reference = await store(await open({ dir }), large);
  expect(plain(await retrieve(await open(false), reference))).toEqual(plain(large));
});

test('storage: a process that cannot read the directory of a value reports which value, where, and what to set', async () => {
  const dir = await scratch();
  const reference = await store(await open({ dir }), large);
  const { hash, bytes, place } = claimOf(reference);
  await rename(dir, `${dir}-away`);
  onTestFinished(() => rm(`${dir}-away`, { recursive: true, force: true }));
  await expect(retrieve(await open(undefined), reference)).rejects.toMatchObject({
    type: 'StorageUnavailable',
    nonRetryable: false,
    message: `the stored value ${hash} (${bytes} bytes) in ${place} cannot be read by this process: it has no storage, and ${dir} does not have the file storage.json: it is not mounted, or not a storage; give all workers and clients the same storage: { dir: … } for the directory ${place}`,
  });
  const other = await scratch();
  await expect(retrieve(await open({ dir: other }), reference)).rejects.toThrow(`its storage is `);
});

test('storage: a value that was changed is refused, and the message has both hashes', async () => {
  const dir = await scratch();
  const reference = await store(await open({ dir }), large);
  await writeFile(fileOf(dir, reference), 'other');
  const { hash, place } = claimOf(reference);
  await expect(retrieve(await open({ dir }), reference)).rejects.toMatchObject({
    type: 'ValueLost',
    nonRetryable: true,
    message: `the stored value ${hash} (${claimOf(reference).bytes} bytes) in ${place} has been changed: expected that hash, got d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa (5 bytes)`,
  });
});

test('storage: a value that does not exist is lost, not away', async () => {
  const dir = await scratch();
  const reference = await store(await open({ dir }), large);
  await rm(fileOf(dir, reference));
  await expect(retrieve(await open({ dir }), reference)).rejects.toMatchObject({
    type: 'ValueLost',
    message: expect.stringContaining('does not exist: it was deleted, or swept too early') as string,
  });
});

test('storage: a reference that is not of Baton is refused without opening a path', async () => {
  const dir = await scratch();
  const storage = await open({ dir });
  const driver = storageDriver({ externalStorage: storage })!;
  const hash = 'a'.repeat(64);
  const claimData = { hash, bytes: '1', key: `../../etc/aa/${hash}`, storage: 's', place: 'p', directory: '/etc' };
  await expect(driver.retrieve({}, [{ claimData }])).rejects.toThrow('a reference to a stored value: expected hash');
});

test('storage: while it is away each use fails after one try, and the log has one line for each change', async () => {
  const dir = await scratch();
  const said: string[] = [];
  const note = (message: string) => void said.push(message);
  const storage = await open({ dir }, { log: { info: note, warn: note } });
  await store(storage, large);
  await rename(dir, `${dir}-away`);
  const more = (n: number) => payloadWith(`"${n}${'y'.repeat(200_000)}"`);
  for (const n of [1, 2]) {
    await expect(store(storage, more(n))).rejects.toMatchObject({ type: 'ValueNotStored', nonRetryable: false });
  }
  await rename(`${dir}-away`, dir);
  await store(storage, more(1));
  expect(said).toEqual([
    expect.stringMatching(/^storage .*:\/.* cannot be used; calls wait: .* does not have the file storage\.json/),
    expect.stringMatching(/^storage .* can be used again$/),
  ]);
});

test('storage: the details of a heartbeat are never stored', async () => {
  const storage = await open({ dir: await scratch() });
  let sent: Promise<Payload> | undefined;
  storageDriver({ externalStorage: storage })!.sendHeartbeat(() => {
    sent = Promise.resolve().then(() => store(storage, large));
  });
  expect(await sent).toBe(large);
});

test.each([
  ['1KiB', 'from 16KiB to 128KiB'],
  ['129KiB', 'from 16KiB to 128KiB'],
  ['lots', 'got "lots"'],
])('storage: the threshold %s is refused', async (threshold, why) => {
  const { StorageSettings } = await import('../../../src/values/storage/settings.js');
  expect(StorageSettings.safeParse({ dir: 'd', threshold }).error?.issues[0]?.message).toContain(why);
});

test('storage: a directory that cannot be used is reported when a process begins, and again when it can be', async () => {
  const parent = join(await scratch(), 'file');
  await writeFile(parent, '');
  const said: string[] = [];
  const log = { info: (line: string) => void said.push(line), warn: (line: string) => void said.push(line) };
  const storage = await open({ dir: join(parent, 'values') }, { log });
  expect(said).toEqual([expect.stringMatching(/^storage .*values cannot be used; calls wait: ENOTDIR/)]);
  await rm(parent);
  await store(storage, large);
  expect(said).toHaveLength(2);
  expect(said[1]).toMatch(/can be used again$/);
});

test('storage: a large state of a run is remembered when it is read a second time, a small one and an output at once', async () => {
  const dir = await scratch();
  const storage = await open({ dir });
  const state = await store(storage, payloadWith(JSON.stringify('s'.repeat(9 * 1024 * 1024))));
  const small = await store(storage, large);
  const output = await storageDriver({ externalStorage: storage })!.put(
    'default',
    payloadWith(JSON.stringify('o'.repeat(9 * 1024 * 1024))),
  );
  await retrieve(storage, state);
  await retrieve(storage, state);
  await rm(dir, { recursive: true });
  expect((await retrieve(storage, state)).data).toHaveLength(9 * 1024 * 1024 + 2);
  expect(plain(await retrieve(storage, small))).toEqual(plain(large));
  const { data } = await storageDriver({ externalStorage: storage })!.read(output, undefined);
  expect(data).toHaveLength(9 * 1024 * 1024 + 2);
});

test('storage: a large state of a run that was read once is not remembered', async () => {
  const dir = await scratch();
  const storage = await open({ dir });
  const state = await store(storage, payloadWith(JSON.stringify('s'.repeat(9 * 1024 * 1024))));
  await retrieve(storage, state);
  await rm(fileOf(dir, state));
  await expect(retrieve(storage, state)).rejects.toMatchObject({ type: 'ValueLost' });
});
