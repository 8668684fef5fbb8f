// Options of the commands that act on one run, or with `--query` on many.
import type { Command } from 'commander';
import { UsageError } from '../terminal/errors.js';

export interface ManyOptions {
  readonly query?: string;
  readonly reason?: string;
  readonly yes?: boolean;
}

export const withQuery = (command: Command): Command =>
  command
    .option('--query <query>', 'all runs that this query finds, as in "temporal workflow list --query"')
    .option('--reason <text>', 'why, for those who look at the runs later')
    .option('--yes', 'with --query: do not ask');

/** Longer texts are taken for a mistake; the server refuses reasons above 1,000 bytes. */
const MAX_REASON = 500;

/** The query; `undefined` for a command on the one run that `named` has. Throws UsageError. */
export function readQuery(
  named: readonly (string | undefined)[],
  { query, reason, yes }: ManyOptions,
): string | undefined {
  const [run] = named;
  if (reason !== undefined && (reason.trim() === '' || reason.length > MAX_REASON))
    throw new UsageError([`--reason: expected text of at most ${MAX_REASON} characters, got ${reason.length}`]);
  if (query !== undefined && run !== undefined)
    throw new UsageError([`--query: expected it without the id of a run, got ${JSON.stringify(run)}`]);
  if (query === undefined && named.includes(undefined)) throw new UsageError(['expected the id of a run, or --query']);
  if (query === undefined && yes === true) throw new UsageError(['--yes: only with --query']);
  return query;
}
