// Names the server that a command uses. Every command does so on stderr if the server is not the obvious one, which is the server of the
// working directory, or one that an option or the configuration names. Errors and `runs` always name it.
import { dirname } from 'node:path';
import { realpathSync } from 'node:fs';
import { visibleLine, visibleName } from '../../domain/text/visible.js';
import type { FoundServer } from '../../server/index.js';
import type { Io } from '../terminal/io.js';

/** `server: 127.0.0.1:7233, namespace default (TEMPORAL_ADDRESS)` */
export function serverLine(server: FoundServer, cwd: string): string {
  const { address, namespace } = server;
  return `server: ${visibleLine(address)}, namespace ${visibleLine(namespace)} (${originOf(server, cwd)})`;
}

/** Prints the line unless this command has printed it. */
export function noteServer(io: Io, server: FoundServer): void {
  const line = serverLine(server, io.cwd);
  if (io.notedServer === line) return;
  io.notedServer = line;
  io.note(line);
}

export const isObvious = (server: FoundServer, cwd: string): boolean =>
  server.origin === 'configured' ? server.source === 'given address' : isHere(server, cwd);

function originOf(server: FoundServer, cwd: string): string {
  if (server.origin === 'configured') return server.source === 'given address' ? 'configured' : (server.source ?? '');
  return isHere(server, cwd) ? 'of this directory' : `of ${visibleName(dirname(server.dataDirectory ?? ''))}`;
}

const isHere = ({ dataDirectory }: FoundServer, cwd: string): boolean =>
  dataDirectory !== undefined && dirname(dataDirectory) === realpathSync(cwd);
