// Errors of the operating system, and errors in general, as text.

/** The code of a system error (`ENOENT`); `undefined` for any other error. */
export const systemCodeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** The first line of an error's message. An error that only joins others, or names its cause, may have none: then that of the first. */
export function firstLineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).split('\n', 1)[0] ?? '';
  const line = error.message.split('\n', 1)[0] ?? '';
  if (line !== '') return line;
  const [inner = error.cause] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return inner === undefined ? (systemCodeOf(error) ?? error.name) : firstLineOf(inner);
}

/** True if there was no room on a disk, or the quota of the user is used up: as an error, or in the output of another program. */
export const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes(systemCodeOf(error) ?? '') ||
  /no space left on device|disk quota exceeded|database or disk is full/i.test(
    error instanceof Error ? error.message : String(error),
  );
