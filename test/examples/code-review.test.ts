import { readFileSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { Review } from '../../examples/code-review/report/review.js';
import { EXAMPLES, useExamplePlace } from './example-place.js';

const HERE = join(EXAMPLES, 'code-review');
const BATON = resolve(EXAMPLES, '../dist/cli/main.js');
const { at, write, read, node } = useExamplePlace();

const review = (path: string, out: string) => node(join(HERE, 'demo.mjs'), path, '--out', at(out));
const reportIn = (out: string): Review => JSON.parse(readFileSync(at(out, 'report.json'), 'utf8')) as Review;

/** Put together here, so that no scanner finds it in this file. */
const TOKEN = ['ghp', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('_');

const TANGLED = `export function tangled(a, b) {
  // TODO: one way out
  if (a && b) { for (const c of a) { if (c) return c; } }
  return a ? 1 : b ? 2 : 3;
}
`;
const COPIED = Array.from({ length: 20 }, (_, i) => `  total += weigh(items[${i}], { at: ${i}, of: 'x${i}' });`).join(
  '\n',
);
const copy = (name: string) =>
  `export function ${name}(items, weigh) {\n  let total = 0;\n${COPIED}\n  return total;\n}\n`;

test(
  'the report names what each tool found, by relative path, and shows no credential',
  { timeout: 120_000 },
  async () => {
    const repository = at('some repo');
    await write('some repo/src/tangled.js', TANGLED);
    await write('some repo/src/one.js', copy('one'));
    await write('some repo/src/two.js', copy('two'));
    await write('some repo/src/lint.ts', 'const unused: number = 1;\nif (NaN === unused) debugger;\n');
    await write('some repo/config/[prod].env', `# FIXME: rotate ${TOKEN}\ntoken = ${TOKEN}\n`);
    await write('some repo/logo.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 0, 255]));
    await write('some repo/.gitignore', 'ignored/\n');
    await write('some repo/ignored/secret.env', `token = ${TOKEN}\n`);
    const { exitCode, stdout, stderr } = await review(repository, 'found');
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });

    const found = reportIn('found');
    expect(found).toMatchObject({ name: 'some repo', complete: true, gaps: [], files: { source: 'walk', files: 6 } });
    expect(found.files.left).toEqual({ binary: 1, large: 0, unreadable: 0, beyond: 0 });
    expect(found.secrets?.shown.map(({ path, line, rule }) => `${path}:${line} ${rule}`)).toEqual([
      'config/[prod].env:1 github',
      'config/[prod].env:2 github',
    ]);
    expect(found.lint?.shown.map(({ path, rule }) => `${path} ${rule}`)).toEqual(
      expect.arrayContaining(['src/lint.ts eslint(no-debugger)', 'src/lint.ts eslint(use-isnan)']),
    );
    expect(found.complex[0]).toMatchObject({
      path: 'src/tangled.js',
      line: 1,
      name: 'tangled',
      complexity: 7,
      lines: 5,
    });
    expect(found.duplicates?.shown.map(({ first, second }) => [first.path, second.path].sort())).toEqual([
      ['src/one.js', 'src/two.js'],
    ]);
    expect(found.markers.shown.map(({ path, text }) => `${path} ${text}`).sort()).toEqual([
      'config/[prod].env (not shown: credential)',
      'src/tangled.js TODO: one way out',
    ]);

    expect(stdout.trim()).toBe((await read('found/report.md')).trim());
    expect(stdout).toContain('# Review of some repo');
    expect(stderr).toContain('found/report.md');
    expect(stderr).toMatch(/\nAt a glance\n\n\|.*\n\| -.*\n\| Credentials /);
    for (const text of [stdout, stderr, await read('found/report.json')]) expect(text).not.toContain(TOKEN);
    expect(await read('found/report.json')).not.toContain(repository);
  },
);

test(
  'a git checkout is reviewed as git sees it, from a directory that cannot be written',
  { timeout: 120_000 },
  async () => {
    await write('checkout/kept.py', 'def f():\n    return 1  # XXX soon\n');
    await write('checkout/gone.py', 'x = 1\n');
    await write('checkout/build/made.py', 'x = 1\n');
    await write('checkout/.gitignore', 'build/\n');
    const git = (...args: string[]) => execa('git', args, { cwd: at('checkout') });
    await git('init', '--quiet');
    await git('add', '.');
    await rm(at('checkout/gone.py'));
    await chmod(at('checkout'), 0o555);
    const { exitCode } = await review(at('checkout'), 'git');
    await chmod(at('checkout'), 0o755);
    expect(exitCode).toBe(0);
    expect(reportIn('git')).toMatchObject({ complete: true, lint: null, files: { source: 'git', files: 2 } });
    expect(reportIn('git').markers.shown).toEqual([{ path: 'kept.py', line: 2, text: 'XXX soon' }]);
  },
);

test('an empty directory has an empty report', { timeout: 120_000 }, async () => {
  await mkdir(at('empty'));
  const { exitCode, stdout } = await review(at('empty'), 'nothing');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('no files');
  expect(reportIn('nothing')).toMatchObject({ complete: true, languages: [], lint: null, duplicates: null });
});

test('a path that is no directory is refused in one line, and nothing is started', async () => {
  await write('file.txt', 'x');
  const missing = await review(at('nowhere'), 'refused');
  expect(missing).toMatchObject({ exitCode: 2, stdout: '' });
  expect(missing.stderr).toBe(
    `error: expected the path of a directory, got ${JSON.stringify(at('nowhere'))}: there is no such path`,
  );
  const file = await review(at('file.txt'), 'refused');
  expect(file.exitCode).toBe(2);
  expect(file.stderr).toMatch(/^error: .*: it is a file$/);
});

test('tools that are missing or die are named first, and the rest is reported', { timeout: 120_000 }, async () => {
  await write('broken/tangled.js', TANGLED);
  const config = fileURLToPath(new URL('../fixtures/examples/broken-tools.config.ts', import.meta.url));
  const input = JSON.stringify({ path: at('broken'), out: at('gaps') });
  const { exitCode, stderr } = await node(BATON, 'run', join(HERE, 'plan.yaml'), '--config', config, '--input', input);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/TaskFailed: task (lint|duplicates) failed/);
  const found = reportIn('gaps');
  expect(found).toMatchObject({ complete: false, lint: null, duplicates: null, functions: 1 });
  expect(found.gaps).toEqual([
    expect.stringMatching(/^Lint: missing: .*cannot start "no-such-linter": there is no such program/),
    expect.stringMatching(/^Duplicates: missing: .* exited with 70: out of luck/),
  ]);
  expect(await read('gaps/report.md')).toMatch(/^# Review of broken\n\n.*\n\n\*\*Incomplete\.\*\*\n\n- Lint/);
});
