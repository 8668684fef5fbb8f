// A value cannot be decrypted. The message says which, why, and what to do.

/** A value is encrypted, and cannot be decrypted here. Nothing of it has been read. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';

  constructor(why: string, run: string | undefined) {
    super(`${run === undefined ? '' : `run ${run}: `}a value ${why}`);
  }
}

export function unknownKey(id: string, configured: readonly string[], run: string | undefined): DecryptionError {
  const key = JSON.stringify(id);
  const here =
    configured.length === 0
      ? 'no key is configured here'
      : `the keys configured here are ${configured.map((one) => JSON.stringify(one)).join(', ')}`;
  return new DecryptionError(
    `is encrypted with the key ${key}, and ${here}; add ${key} to encryption.keys in the configuration`,
    run,
  );
}
