// The failure of a program that could not be started.
import { existsSync } from 'node:fs';
import { AgentError } from '../../errors/agent-error.js';

/** Shortages of the machine (memory, processes, open files), which may pass; other errors last until somebody corrects them. */
const SHORTAGES: ReadonlySet<string> = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']);

const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such program'],
  ['EACCES', 'it may not be executed'],
  ['E2BIG', 'its arguments and environment are too long'],
  ['ENOEXEC', 'it is not a program, and has no "#!" line'],
]);

export function cannotStart(program: string, cwd: string | undefined, error: unknown): AgentError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ERR_INVALID_ARG_VALUE') {
    // The message of Node.js shows the value.
    const message = `cannot start ${JSON.stringify(program)}: expected arguments and variables without NUL characters, got a value that is not shown`;
    return new AgentError(message, { type: 'AgentRefused', details: { program, code } });
  }
  const reason =
    cwd !== undefined && !existsSync(cwd)
      ? `its working directory ${JSON.stringify(cwd)} does not exist`
      : (MEANINGS.get(code) ?? (error instanceof Error ? error.message : String(error)));
  return new AgentError(`cannot start ${JSON.stringify(program)}: ${reason} (${code})`, {
    type: SHORTAGES.has(code) ? 'AgentFailed' : 'AgentRefused',
    details: { program, code },
    cause: error,
  });
}
