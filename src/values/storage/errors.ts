// How storage fails. They are failures of Temporal, so that their type is that of the failure table.
import { ApplicationFailure } from '@temporalio/common';

/** The SDK's errors have their name on the prototype, where it cannot be assigned. */
const named = (error: Error, name: string): void => void Object.defineProperty(error, 'name', { value: name });

const asCause = (error: unknown): Error | undefined => (error instanceof Error ? error : undefined);

/** The storage cannot be reached, or this process may not use it. Another attempt, or another process, may succeed. */
export class StorageUnavailableError extends ApplicationFailure {
  constructor(message: string, cause?: unknown) {
    super(message, 'StorageUnavailable', false, undefined, asCause(cause));
    named(this, 'StorageUnavailableError');
  }
}

/** A value could not be stored. The type differs, because an agent may have been called before. */
export class ValueNotStoredError extends ApplicationFailure {
  constructor(message: string, cause?: unknown) {
    super(message, 'ValueNotStored', false, undefined, asCause(cause));
    named(this, 'ValueNotStoredError');
  }
}

/** The storage can be reached and does not have the value, or its bytes are not those that were stored. */
export class ValueLostError extends ApplicationFailure {
  constructor(message: string) {
    super(message, 'ValueLost', true);
    named(this, 'ValueLostError');
  }
}
