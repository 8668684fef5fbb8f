// A directory of its own for each test, an environment in which no server is configured, and nothing left behind.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { type FindServerOptions, type FoundServer, findServer } from '../../src/server/index.js';
import { ServerRecord } from '../../src/server/server-record.js';

/** Nothing listens on port 1 of this machine; a server of somebody else on 7233 must not be found. */
export const NOBODY = '127.0.0.1:1';

export async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-server-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export function unconfigure(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('TEMPORAL_')) vi.stubEnv(name, undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** Finds or starts a server of this directory only, and gives it back when the test is over. */
export async function find(directory: string, options: FindServerOptions = {}): Promise<FoundServer> {
  const found = await findServer({ directory, localAddress: NOBODY, ...options });
  onTestFinished(() => found.release());
  return found;
}

export const readRecordOf = async (directory: string): Promise<ServerRecord> =>
  ServerRecord.parse(JSON.parse(await readFile(join(directory, '.baton', 'server.json'), 'utf8')));
