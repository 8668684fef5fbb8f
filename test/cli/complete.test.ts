// Completion in a shell, as the scripts request it.
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { CLI } from '../support/built-cli.js';
import { useCliDirectory } from '../support/baton.js';

const { baton } = useCliDirectory();

test('complete: commands and options are suggested, with what they do', async () => {
  expect((await baton('complete', '--', 'in')).stdout).toMatch(/^inbox\tshow what waits for people/m);
  const options = (await baton('complete', '--', 'logs', '--')).stdout;
  expect(options).toMatch(/^--follow\t/m);
  expect(options).toMatch(/^--tail\t/m);
});

test('complete: the script for bash is one that bash accepts', async () => {
  const { stdout, exitCode } = await baton('complete', 'bash');
  expect(exitCode).toBe(0);
  expect((await execa('bash', ['-n'], { input: stdout, reject: false })).stderr).toBe('');
  expect(stdout).toContain('baton complete --');
});

test('complete: bash reads its script again without a word, also after a tool that has made its names constants', async () => {
  const { stdout } = await baton('complete', 'bash');
  const before = 'readonly ShellCompDirectiveError=1';
  const shell = await execa('bash', ['--norc'], { input: `${before}\n${stdout}\n${stdout}\n` });
  expect(shell).toMatchObject({ stdout: '', stderr: '' });
});

test('complete: bash completes commands without the package bash-completion', async () => {
  const { stdout } = await baton('complete', 'bash');
  const command = `baton() { "${process.execPath}" "${CLI}" "$@"; }`;
  const typed = 'COMP_WORDS=(baton ru); COMP_CWORD=1; __baton_complete; echo "${COMPREPLY[@]}"';
  const shell = await execa('bash', ['--norc'], { input: `${stdout}\n${command}\n${typed}\n`, reject: false });
  expect(shell.stdout).toBe('run runs');
});

test('complete: an unknown shell is refused', async () => {
  expect(await baton('complete', 'bsh')).toMatchObject({
    exitCode: 2,
    stderr: 'error: SHELL: expected bash, zsh or fish, got "bsh"; did you mean "bash"?',
  });
});
