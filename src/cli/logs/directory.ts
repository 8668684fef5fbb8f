// The directory where the workers of this project keep what calls log, and where `baton logs` looks for it.
import { dirname, join } from 'node:path';
import { logDirectory as chosenDirectory } from '../../worker/keep-lines.js';
import type { LoadedConfig } from '../session/load-config.js';
import type { Io } from '../terminal/io.js';

/** `false`: the configuration says that nothing is kept. */
export function logDirectory(
  { cwd }: Pick<Io, 'cwd'>,
  config: Pick<LoadedConfig, 'path' | 'telemetry'> | undefined,
  server: { readonly dataDirectory?: string | undefined },
): string | false {
  const keep = config?.telemetry?.logs?.keep;
  if (keep === false) return false;
  return chosenDirectory(keep, server) ?? join(config === undefined ? cwd : dirname(config.path), '.baton', 'logs');
}
