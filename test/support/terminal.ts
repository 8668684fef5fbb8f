// The built command line on a terminal of its own, which `script` (util-linux) gives it.
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { expect, onTestFinished } from 'vitest';
import { CLI } from './built-cli.js';

export interface CommandOnTerminal {
  type(this: void, keys: string): void;
  /** What the terminal has shown must match, sooner or later. */
  untilShown(this: void, part: RegExp): Promise<void>;
  readonly ended: Promise<{ readonly exitCode: number | undefined; readonly shown: string }>;
}

/** Text that is shown has single spaces instead of lines. Killed when the test is over. */
export function onTerminal(directory: string, ...args: readonly string[]): CommandOnTerminal {
  // A terminal without a size shows no table.
  const size = ['stty', 'cols', '100', 'rows', '30;', 'exec'];
  const command = [...size, process.execPath, CLI, ...args].join(' ');
  const child = execa('script', ['-qefc', command, '/dev/null'], {
    cwd: directory,
    env: { ...process.env, TERM: 'xterm-256color', SHELL: '/bin/sh', CI: '' },
    stdin: 'pipe',
    reject: false,
    all: true,
  });
  onTestFinished(() => void child.kill('SIGTERM'));
  let all = '';
  child.all.on('data', (chunk: Buffer) => (all += chunk.toString()));
  const shown = () => stripVTControlCharacters(all).replace(/\s+/g, ' ');
  return {
    type: (keys) => void child.stdin.write(keys),
    async untilShown(part) {
      // The whole text would be the message of a failure.
      await expect.poll(() => part.test(shown())).toBe(true);
    },
    ended: child.then(({ exitCode }) => ({ exitCode, shown: shown() })),
  };
}
