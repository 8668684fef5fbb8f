/** No Temporal server could be found or started. The message has one line for each thing that was tried. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';

  constructor(readonly tried: readonly string[]) {
    super(`no Temporal server could be reached\n${tried.map((line) => `  ${line}`).join('\n')}`);
  }
}

/** The first line of whatever was thrown: what a person needs of it. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';

/** The code of a system error (`ENOENT`), if it is one. */
export const systemCodeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
