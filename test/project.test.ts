// Which project a configuration or a program belongs to.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../src/index.js';
import { projectNear, projectOf } from '../src/project.js';
import { makeDirectory } from './server/place.js';

async function makeProject(name: string, config = 'agents: []\n'): Promise<string> {
  const directory = join(await makeDirectory(), name);
  await mkdir(join(directory, 'scripts'), { recursive: true });
  await writeFile(join(directory, 'baton.config.yaml'), config);
  return directory;
}

test('project: the configured name takes precedence over the Task Queue, and that over the directory', async () => {
  const directory = await makeProject('shop');
  expect(projectOf({ project: 'given', taskQueue: 'orders' }, directory)).toBe('given');
  expect(projectOf({ taskQueue: 'orders' }, directory)).toBe('orders');
  expect(projectOf({}, directory)).toMatch(/^shop-[0-9a-f]{8}$/);
});

test('project: the default Task Queue does not name a project', async () => {
  const directory = await makeProject('shop');
  expect(projectOf({ taskQueue: 'baton' }, directory)).toBe(projectOf({}, directory));
});

test('project: two directories of one name are two projects, a link to a directory is the same one', async () => {
  const [one, two] = [await makeProject('shop'), await makeProject('shop')];
  expect(projectOf({}, one)).not.toBe(projectOf({}, two));
  const link = join(await makeDirectory(), 'link');
  await symlink(one, link);
  expect(projectOf({}, link)).toBe(projectOf({}, one));
});

test('project: a program belongs to the nearest directory upwards with a configuration, else to its Task Queue', async () => {
  const directory = await makeProject('shop');
  expect(projectNear({}, join(directory, 'scripts'))).toBe(projectOf({}, directory));
  const bare = await makeDirectory();
  expect([projectNear({}, bare), projectNear({ taskQueue: 'orders' }, bare)]).toEqual(['baton', 'orders']);
});

test('project: a configuration may name it, and a name that cannot be part of an id is rejected', async () => {
  const directory = await makeProject('shop', 'agents: []\nproject: orders\n');
  expect((await loadConfig(directory))?.project).toBe('orders');
  expect((await loadConfig(await makeProject('a', 'agents: []\ntaskQueue: q\n')))?.project).toBe('q');
  const bad = await makeProject('shop', 'agents: []\nproject: a/b\n');
  await expect(loadConfig(bad)).rejects.toThrow('project: expected letters, digits, ".", "_" or "-", at most 100');
});
