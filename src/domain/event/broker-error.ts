// What goes wrong with a broker, as one error. Its message names the broker by its address, which never contains a password.

export interface BrokerErrorOptions {
  /** Waiting does not mend it: wrong credentials, a destination of the wrong type, a setting. */
  readonly isPermanent?: boolean;
  /** The message was certainly not published. Without it, the broker may have the message although it did not confirm it. */
  readonly isUnsent?: boolean;
  readonly cause?: unknown;
}

export class BrokerError extends Error {
  override readonly name: string = 'BrokerError';
  readonly isPermanent: boolean;
  readonly isUnsent: boolean;

  constructor(message: string, { isPermanent = false, isUnsent = isPermanent, cause }: BrokerErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.isPermanent = isPermanent;
    this.isUnsent = isUnsent;
  }
}

/** The settings of a broker cannot be used: a variable is not set, a package is not installed. */
export class BrokerSettingsError extends BrokerError {
  override readonly name = 'BrokerSettingsError';

  constructor(message: string, { cause }: Pick<BrokerErrorOptions, 'cause'> = {}) {
    super(message, { isPermanent: true, cause });
  }
}

export const isPermanent = (error: unknown): boolean => error instanceof BrokerError && error.isPermanent;
