import type { Command } from 'commander';
import { didYouMean, shown, withHint } from '../../domain/problem.js';
import type { Io } from '../terminal/io.js';
import { UsageError } from '../terminal/errors.js';

const SHELLS = ['bash', 'zsh', 'fish'];

export function define(command: Command, io: Io): void {
  command
    .argument('[shell]', 'bash, zsh or fish')
    .argument('[words...]', 'after --: the words that are typed, as the shell passes them on')
    .action(async (shell: string | undefined, words: string[], _options: object, self: Command) => {
      const { complete } = await import('../completion/complete.js');
      const isRequest = process.argv[process.argv.indexOf('complete') + 1] === '--';
      if (isRequest) return complete(io, self.parent!, { words: [...(shell === undefined ? [] : [shell]), ...words] });
      if (shell !== undefined && SHELLS.includes(shell) && words.length === 0)
        return complete(io, self.parent!, { shell });
      const message = `SHELL: expected bash, zsh or fish, got ${shown(shell)}`;
      throw new UsageError([withHint(message, shell === undefined ? undefined : didYouMean(shell, SHELLS))]);
    });
}
