// Projects that `baton init` and `npm create baton` make, with the packed package installed in them.
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEMPLATES } from '../../src/cli/init/templates.js';
import { buildCli, CLI } from '../support/built-cli.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;
let tarball: string;

beforeAll(async () => {
  await buildCli();
  directory = await mkdtemp(join(tmpdir(), 'baton-init-'));
  const pack = await execa('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', directory], {
    cwd: ROOT,
  });
  tarball = join(directory, pack.stdout.trim());
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const kept = Object.entries(process.env).filter(
  ([name]) => !/^(TEMPORAL_|BATON_RUN|FORCE_COLOR|NODE_|VITEST)/.test(name),
);
const env = { ...Object.fromEntries(kept), NO_COLOR: '1' };
const run = (cwd: string, file: string, ...args: string[]) =>
  execa(file, args, { cwd, env, extendEnv: false, reject: false, stdin: 'ignore' });
const baton = (...args: string[]) => run(directory, process.execPath, CLI, ...args);

test.each(Object.keys(TEMPLATES))(
  'the project of the template %s passes its own test, and its schemas accept its files',
  async (template) => {
    const project = join(directory, template);
    // The test may be repeated.
    await rm(project, { recursive: true, force: true });
    expect(await baton('init', template, '--template', template, '--package', tarball)).toMatchObject({ exitCode: 0 });
    await run(project, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
    const tested = await run(project, 'npm', 'test');
    expect(`${tested.stdout}\n${tested.stderr}`).toMatch(/^# pass 2$/m);
    expect(tested.exitCode).toBe(0);
    expect((await run(project, 'npx', 'baton', 'validate', 'plan.yaml')).stdout).toBe('plan.yaml: valid');
    expect(await readFile(join(project, '.gitignore'), 'utf8')).toContain('node_modules');
    if (template === 'llm') return;
    const first = await run(project, 'npx', 'baton', 'run', 'plan.yaml', '--id', 'first');
    expect(JSON.parse(first.stdout)).toEqual({ files: 3, words: 13 });
    const picture = await run(project, 'npx', 'baton', 'graph', 'first', '--format', 'html', '--output', 'first.html');
    expect(picture).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(project, 'first.html'), 'utf8')).toContain('count-notes');
    expect((await run(project, 'npx', 'baton', 'logs', 'first', 'count[0]')).stdout).toContain('counting notes/');
  },
  300_000,
);

test('npm create baton makes the same project as baton init', async () => {
  const creator = join(directory, 'creator', 'node_modules');
  await mkdir(creator, { recursive: true });
  await symlink(ROOT, join(creator, 'baton-orchestrator'));
  // A copy: the package is found from where it is installed.
  await execa('cp', ['-r', join(ROOT, 'create-baton'), creator]);
  const made = await run(directory, process.execPath, join(creator, 'create-baton', 'index.js'), 'created', '--json');
  expect(made.exitCode).toBe(0);
  const inited = await baton('init', 'inited', '--json');
  const filesOf = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { files: string[] }).files;
  expect(filesOf(made)).toEqual(filesOf(inited));
});

test('init: a folder that is not empty, a file, and an unknown template are refused, and nothing is written', async () => {
  await mkdir(join(directory, 'full'));
  for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(directory, 'full', name), '');
  expect((await baton('init', 'full')).stderr).toBe(
    'error: full: expected an empty folder, found a, b, c and 1 more in it; name another folder',
  );
  expect(await baton('init', join('full', 'a'))).toMatchObject({
    exitCode: 2,
    stderr: 'error: full/a: expected an empty folder, got a file; name another folder',
  });
  expect(await baton('init', 'new', '--template', 'typescirpt')).toMatchObject({
    exitCode: 2,
    stderr:
      'error: --template: expected command, typescript, python or llm, got "typescirpt"; did you mean "typescript"?',
  });
  const empty = 'error: dir: expected a folder, got ""';
  expect(await baton('init', '')).toMatchObject({ exitCode: 2, stderr: empty });
  expect(await readdir(directory)).not.toContain('new');
});

test('init: a package that does not exist is refused, and nothing is written', async () => {
  expect(await baton('init', 'unpacked', '--package', './none.tgz')).toMatchObject({
    exitCode: 2,
    stderr: 'error: --package: ./none.tgz: no such file',
  });
  expect(await baton('init', 'unpacked', '--package', '')).toMatchObject({
    exitCode: 2,
    stderr: 'error: --package: expected a version or a file, got ""',
  });
  expect(await readdir(directory)).not.toContain('unpacked');
});

test('init: a repository that has just been made counts as empty, and a missing Python is named', async () => {
  await mkdir(join(directory, 'fresh', '.git'), { recursive: true });
  const { exitCode, stderr } = await execa(process.execPath, [CLI, 'init', 'fresh'], {
    cwd: directory,
    env: { ...env, PATH: join(directory, 'no-programs') },
    extendEnv: false,
    reject: false,
  });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^python3 is not on PATH: install Python 3 before you run the plan/);
});
