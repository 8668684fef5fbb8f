/** The message is part of the history of the notice. */
export const MESSAGE_LIMIT = 500;

/** A notice was not received. The message contains neither an address nor a secret. */
export class NoticeError extends Error {
  override readonly name = 'NoticeError';
  readonly again: boolean;
  readonly afterMs: number | undefined;

  /** `again: false`: it is not sent again. `afterMs`: the receiver has requested this pause. */
  constructor(message: string, { again = true, afterMs }: { again?: boolean; afterMs?: number | undefined } = {}) {
    super(message);
    // Where it was thrown is of no use in a log.
    this.stack = `${this.name}: ${message}`;
    this.again = again;
    this.afterMs = afterMs;
  }
}
