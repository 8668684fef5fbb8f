// What goes wrong with a broker, as one error. Its message names the broker by its address, which never contains a password.

export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  /** Waiting does not mend it: wrong credentials, a destination of the wrong type, a setting. */
  readonly isPermanent: boolean;

  constructor(message: string, options: { readonly isPermanent?: boolean; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.isPermanent = options.isPermanent ?? false;
  }
}

export const isPermanent = (error: unknown): boolean => error instanceof BrokerError && error.isPermanent;
