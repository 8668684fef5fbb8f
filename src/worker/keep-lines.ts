// Where a worker keeps what its calls log, for `baton logs`.
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { AgentLog } from '../domain/agent/agent.js';
import { dataDirectoryAt, openDataDirectory } from '../server/data-directory.js';
import { openKeptLines, type KeptLines } from '../telemetry/kept-lines.js';
import type { LogSettings } from '../telemetry/settings.js';

export type { KeptLines };

interface KeepSettings {
  readonly identity?: string | undefined;
  readonly telemetry?: { readonly logs?: Pick<LogSettings, 'keep'> | undefined } | undefined;
}

/** `undefined`: nowhere, if the settings say so, or if neither they nor the server name a directory. */
export const logDirectory = (
  keep: LogSettings['keep'],
  { dataDirectory }: { readonly dataDirectory?: string | undefined },
): string | undefined =>
  keep === undefined ? (dataDirectory === undefined ? undefined : join(dataDirectory, 'logs')) : keep || undefined;

export async function keepLines(
  { identity, telemetry }: KeepSettings,
  server: { readonly dataDirectory?: string | undefined },
  log: AgentLog,
): Promise<KeptLines | undefined> {
  const directory = logDirectory(telemetry?.logs?.keep, server);
  if (directory === undefined) return undefined;
  const parent = dirname(directory);
  // A data directory is private, and Git ignores it.
  if (basename(parent) === '.baton') await openDataDirectory(dataDirectoryAt(parent)).catch(() => undefined);
  return await openKeptLines({ directory, worker: identity ?? `${process.pid}@${hostname()}`, log });
}
