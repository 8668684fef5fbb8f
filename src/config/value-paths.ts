// Paths in the settings of values are relative to the configuration.
import { resolve } from 'node:path';
import type { ValueSettings } from '../values.js';

export function withAbsolutePaths({ storage, encryption }: ValueSettings, directory: string): ValueSettings {
  const isDirectory = typeof storage === 'object' && storage.dir !== undefined;
  const keys = encryption?.keys.map(({ id, key }) => ({
    id,
    key: 'file' in key ? { file: resolve(directory, key.file) } : key,
  }));
  return {
    ...(storage === undefined
      ? {}
      : { storage: isDirectory ? { ...storage, dir: resolve(directory, storage.dir!) } : storage }),
    ...(keys === undefined ? {} : { encryption: { keys } }),
  };
}
