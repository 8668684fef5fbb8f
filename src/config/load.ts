// Finds the configuration of a directory. What reads it is loaded only if there is one, so that commands without a configuration start fast.
import { relative } from 'node:path';
import { visibleName } from '../domain/text/visible.js';
import { findConfig } from './find.js';
import type { LoadedConfig } from './read-config.js';
import type { LoadSelf } from './read-module.js';

export type { LoadedConfig };

/** The configuration `named`, or that of the directory; `undefined` if it has none. `self` loads this package; `again`: the code of the configuration may have changed since this
 * process has loaded it. Throws ConfigError. */
export async function loadConfig(
  directory: string,
  named: string | undefined,
  { self, again = false }: { readonly self: LoadSelf; readonly again?: boolean },
): Promise<LoadedConfig | undefined> {
  const path = await findConfig(directory, named);
  if (path === undefined) return undefined;
  const { readConfig } = await import('./read-config.js');
  return await readConfig({ path, name: visibleName(named ?? relative(directory, path)) }, { self, again });
}
