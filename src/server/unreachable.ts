/** No Temporal server could be found or started. The message has one line for each attempt. */
export class ServerUnreachableError extends Error {
  override readonly name = 'ServerUnreachableError';

  constructor(readonly tried: readonly string[]) {
    super(`no Temporal server could be reached\n${tried.map((line) => `  ${line}`).join('\n')}`);
  }
}
