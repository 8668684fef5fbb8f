// How storage fails. They are failures of Temporal, so that their type is that of the failure table.
import { z } from 'zod';
import { ApplicationFailure } from '@temporalio/common';

/** The SDK's errors have their name on the prototype, where it cannot be assigned. */
const named = (error: Error, name: string): void => void Object.defineProperty(error, 'name', { value: name });

const asCause = (error: unknown): Error | undefined => (error instanceof Error ? error : undefined);

/** For programs: the storage, and since when this process could not use it, if it was reached before or tried. */
export const StorageAway = z.object({ storage: z.string(), since: z.string().optional() });
export type StorageAway = z.infer<typeof StorageAway>;

/** The storage cannot be reached, or this process may not use it. Another attempt, or another process, may succeed. */
export class StorageUnavailableError extends ApplicationFailure {
  constructor(message: string, away?: StorageAway, cause?: unknown) {
    super(message, 'StorageUnavailable', false, away === undefined ? undefined : [away], asCause(cause));
    named(this, 'StorageUnavailableError');
  }
}

/** A value could not be stored. The type differs, because an agent may have been called before. */
export class ValueNotStoredError extends ApplicationFailure {
  constructor(message: string, away?: StorageAway, cause?: unknown) {
    super(message, 'ValueNotStored', false, away === undefined ? undefined : [away], asCause(cause));
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
