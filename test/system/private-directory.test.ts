import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openPrivateDirectory } from '../../src/system/private-directory.js';

async function makePlace(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'baton-private-'));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  return place;
}

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

test('a private directory is created for its user alone, and those above it as usual', async () => {
  const above = join(await makePlace(), 'above');
  await openPrivateDirectory(join(above, 'private'));
  expect(await modeOf(join(above, 'private'))).toBe('700');
  expect(await modeOf(above)).toBe((0o777 & ~process.umask()).toString(8));
});

test.each([0o755, 0o770, 0o777, 0o701])('a directory that exists with the rights %o becomes private', async (mode) => {
  const path = join(await makePlace(), 'private');
  await mkdir(path);
  await chmod(path, mode);
  await openPrivateDirectory(path);
  expect(await modeOf(path)).toBe('700');
});

test('a private directory keeps stricter rights than it needs', async () => {
  const path = join(await makePlace(), 'private');
  await mkdir(path, { mode: 0o500 });
  await openPrivateDirectory(path);
  expect(await modeOf(path)).toBe('500');
});

test('a file in the place of a private directory is an error, and keeps its rights', async () => {
  const path = join(await makePlace(), 'private');
  await writeFile(path, '');
  await chmod(path, 0o644);
  await expect(openPrivateDirectory(path)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await modeOf(path)).toBe('644');
});

test.runIf(process.platform === 'linux')(
  'a directory whose rights cannot be changed is an error that names it',
  async () => {
    // A directory of /proc belongs to the user of the process, and its rights are fixed.
    const path = `/proc/${process.pid}/task`;
    await expect(openPrivateDirectory(path)).rejects.toThrow(
      `${path}: expected a directory that only you can read, got the rights 0555, and they cannot be changed (EPERM)`,
    );
  },
);
