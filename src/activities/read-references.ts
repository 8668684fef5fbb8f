// How activities read the large outputs that a run only refers to.
import { ApplicationFailure } from '@temporalio/common';
import { hasValueReferences } from '../domain/json/value-reference.js';

/** The value with everything that it refers to. Rejects with StorageUnavailable or ValueLost. */
export type ReadReferences = (value: unknown, signal?: AbortSignal) => Promise<unknown>;

/** For workers without the activities of a storage. */
export const refuseReferences: ReadReferences = (value) => {
  if (!hasValueReferences(value)) return Promise.resolve(value);
  const message =
    'the input refers to a stored value, which this worker cannot read; give createActivities what storageActivities returns';
  return Promise.reject(ApplicationFailure.create({ type: 'StorageUnavailable', message }));
};

/** The activity `readValue`: a value for an expression that looks inside. */
export const createReadValue =
  (read: ReadReferences) =>
  ({ value }: { readonly value: unknown }): Promise<unknown> =>
    read(value);
