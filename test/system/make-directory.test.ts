import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeDirectory } from '../../src/system/make-directory.js';
import { openStorage, storageDriver } from '../../src/values/storage/open.js';

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-make-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test('makeDirectory: creates a directory and those above it, also twice and at the same time', async () => {
  const path = join(await scratch(), 'a', 'b', 'c');
  await Promise.all([makeDirectory(path, 0o700), makeDirectory(path, 0o700), makeDirectory(join(path, 'd'), 0o700)]);
  await makeDirectory(path);
  for (let i = 0; i < 50; i++) {
    const shared = join(path, String(i), 'a', 'b', 'c', 'd');
    await Promise.all([shared, join(shared, '..'), join(shared, '../..'), shared].map((each) => makeDirectory(each)));
  }
  expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
});

test('makeDirectory: a file in the way is an error that names it', async () => {
  const file = join(await scratch(), 'file');
  await writeFile(file, '');
  await expect(makeDirectory(file)).rejects.toThrow(`EEXIST: file already exists, mkdir '${file}'`);
  await expect(makeDirectory(join(file, 'a', 'b'))).rejects.toThrow('ENOTDIR');
});

test.runIf(process.platform === 'linux').each(['/proc/nope', '/proc/nope/a/b', '/sys/nope/a'])(
  'makeDirectory: %s, where no directory can be made, is an error that says so',
  async (path) => {
    const place = path.split('/').slice(0, 3).join('/');
    await expect(makeDirectory(path)).rejects.toThrow(
      new RegExp(`^(${place}: expected a place for a directory|EPERM|EACCES|EROFS)`),
    );
  },
);

test.runIf(process.platform === 'linux')('storage: a directory in /proc is reported, and nothing hangs', async () => {
  const said: string[] = [];
  const log = { info: () => undefined, warn: (line: string) => void said.push(line) };
  const externalStorage = await openStorage({ dir: '/proc/nope' }, { log });
  expect(said[0]).toMatch(/cannot be used; calls wait: \/proc\/nope: expected a place for a directory/);
  const driver = storageDriver({ externalStorage })!;
  await expect(driver.own!.id()).rejects.toThrow('use another directory');
});
