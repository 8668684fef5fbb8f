// The configuration of the project that a command is typed in.
import { loadConfig, loadSettings, type LoadedConfig, type ProjectSettings } from '../../config/load.js';
import type { Io } from '../terminal/io.js';

export type { LoadedConfig, ProjectSettings };

const self = () => import('../../index.js');

/**
 * The file `named`, or the `baton.config.*` of the working directory; `undefined` if it has none. Throws ConfigError. `again`: its code may have changed since
 * this process has loaded it.
 */
export const loadProjectConfig = (
  { cwd }: Io,
  named: string | undefined,
  { again = false }: { readonly again?: boolean } = {},
): Promise<LoadedConfig | undefined> => loadConfig(cwd, named, { self, again });

/** As `loadProjectConfig`, without agents, pools, plans and what refers to them, which are not checked. */
export const loadProjectSettings = ({ cwd }: Io, named: string | undefined): Promise<ProjectSettings | undefined> =>
  loadSettings(cwd, named, { self });
