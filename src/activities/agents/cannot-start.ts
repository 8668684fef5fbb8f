import { existsSync } from 'node:fs';
import { AgentError } from '../agent-error.js';

/** Wants of the machine (memory, processes, open files) that pass; all else stays wrong until somebody mends it. */
const PASSING: ReadonlySet<string> = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']);

const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such program'],
  ['EACCES', 'it may not be executed'],
  ['E2BIG', 'its arguments and environment are too long'],
  ['ENOEXEC', 'it is no program, and has no "#!" line'],
]);

export function cannotStart(program: string, cwd: string | undefined, error: unknown): AgentError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const reason =
    cwd !== undefined && !existsSync(cwd)
      ? `its working directory ${JSON.stringify(cwd)} does not exist`
      : (MEANINGS.get(code) ?? (error instanceof Error ? error.message : String(error)));
  return new AgentError(`cannot start ${JSON.stringify(program)}: ${reason} (${code})`, {
    type: PASSING.has(code) ? 'AgentFailed' : 'AgentRefused',
    details: { program, code },
    cause: error,
  });
}
