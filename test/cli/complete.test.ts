// Completion in a shell, as the scripts request it.
import { execa } from 'execa';
import { expect, test } from 'vitest';
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

test('complete: an unknown shell is refused', async () => {
  expect(await baton('complete', 'bsh')).toMatchObject({
    exitCode: 2,
    stderr: 'error: SHELL: expected bash, zsh or fish, got "bsh"; did you mean "bash"?',
  });
});
