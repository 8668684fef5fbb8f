// Finds the configuration of a directory. What reads it is loaded only if there is one, so that commands without a configuration start fast.
import { relative } from 'node:path';
import { visibleName } from '../domain/text/visible.js';
import { findConfig } from './find.js';
import type { LoadedConfig } from './read-config.js';
import type { LoadSelf } from './read-module.js';
import type { ConfigSource, ProjectSettings } from './read-settings.js';

export type { LoadedConfig, ProjectSettings };

export interface Loading {
  /** Loads this package. */
  readonly self: LoadSelf;
  /** The code of the configuration may have changed since this process has loaded it. */
  readonly again?: boolean;
}

/** The configuration `named`, or that of the directory; `undefined` if it has none. Throws ConfigError. */
export async function loadConfig(
  directory: string,
  named: string | undefined,
  { self, again = false }: Loading,
): Promise<LoadedConfig | undefined> {
  const source = await findSource(directory, named);
  return source === undefined
    ? undefined
    : await (await import('./read-config.js')).readConfig(source, { self, again });
}

/** As `loadConfig`, without agents, pools, plans and what refers to them, which are not checked. */
export async function loadSettings(
  directory: string,
  named: string | undefined,
  { self, again = false }: Loading,
): Promise<ProjectSettings | undefined> {
  const source = await findSource(directory, named);
  return source === undefined
    ? undefined
    : await (await import('./read-settings.js')).readSettings(source, { self, again });
}

async function findSource(directory: string, named: string | undefined): Promise<ConfigSource | undefined> {
  const path = await findConfig(directory, named);
  return path === undefined ? undefined : { path, name: visibleName(named ?? relative(directory, path)) };
}
