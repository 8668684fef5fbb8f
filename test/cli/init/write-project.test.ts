import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeProject } from '../../../src/cli/init/write-project.js';

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'baton-project-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** The last file cannot be written: its folder is a file. */
const halfWritable = new Map([
  ['plan.yaml', 'name: a'],
  ['agents/a.mjs', ''],
  ['plan.yaml/test.mjs', ''],
]);

test('a project that cannot be written as a whole leaves no file and no folder', async () => {
  const parent = await folder();
  await expect(writeProject(join(parent, 'new', 'project'), halfWritable)).rejects.toThrow('ENOTDIR');
  expect(await readdir(parent)).toEqual([]);
});

test('a project that cannot be written as a whole leaves the folder that was there, with what was in it', async () => {
  const parent = await folder();
  await mkdir(join(parent, '.git'));
  await expect(writeProject(parent, halfWritable)).rejects.toThrow('ENOTDIR');
  expect(await readdir(parent)).toEqual(['.git']);
});

test('a project is written with its folders', async () => {
  const parent = await folder();
  await writeProject(join(parent, 'new'), new Map([...halfWritable].slice(0, 2)));
  expect((await readdir(join(parent, 'new'), { recursive: true })).sort()).toEqual([
    'agents',
    'agents/a.mjs',
    'plan.yaml',
  ]);
});
