// Completion in a shell. The script of the shell runs `baton complete -- WORDS` and shows what that prints.
import { RootCommand } from '@bomb.sh/tab';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';

/** The script for bash calls this function of the package bash-completion, which many machines do not have. */
const WORDS_IN_BASH = `if ! declare -F _get_comp_words_by_ref > /dev/null; then
  _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}")
    cword=$COMP_CWORD
    cur=\${words[cword]}
    prev=\${words[cword - 1]}
  }
fi`;

/** The script for bash makes its names constants, which bash refuses to set again when the script is read a second time. */
const unlessSet = (script: string): string => script.replace(/^readonly (\w+)=/gm, '[[ -n ${$1:-} ]] || $1=');

/** The script for a shell, or the words that may follow. */
export function complete(
  io: Io,
  program: Command,
  { shell, words = [] }: { readonly shell?: string; readonly words?: readonly string[] },
): void {
  const root = rootOf(program);
  const before = console.log;
  // The package prints on the console, which is stderr here.
  console.log = (text: unknown) => void io.printExact(shell === 'bash' ? unlessSet(String(text)) : String(text));
  try {
    if (shell === 'bash') console.log(WORDS_IN_BASH);
    if (shell === undefined) root.parse([...words]);
    else root.setup('baton', 'baton', shell);
  } finally {
    console.log = before;
  }
}

function rootOf(program: Command): RootCommand {
  const root = new RootCommand();
  const add = (command: Command, path: string): void => {
    const about = path === '' ? root : root.command(path, command.description());
    for (const { long, short, description, required, optional } of command.options) {
      if (long == null) continue;
      const takesValue = required || optional;
      const alias = short?.slice(1);
      if (takesValue) about.option(long.slice(2), description, () => undefined, alias);
      else about.option(long.slice(2), description, alias);
    }
    for (const argument of command.registeredArguments) about.argument(argument.name(), undefined, argument.variadic);
    for (const inner of command.commands) if (inner.name() !== 'complete') add(inner, `${path} ${inner.name()}`.trim());
  };
  add(program, '');
  return root;
}
