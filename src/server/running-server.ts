// The process of the embedded server of a directory. This file does not load Temporal's client: the guardian needs little memory.
import { access } from 'node:fs/promises';
import type { DataDirectory } from './data-directory.js';
import { countUsers } from './references.js';
import { findServerOn, isOurs, stopServer } from './server-process.js';
import { readRecord, removeRecord, type ServerRecord } from './server-record.js';

/** The server whose process is running: the recorded one, or if the record is lost or wrong, one that is found by its database. */
export async function runningServer({ record, database }: DataDirectory): Promise<ServerRecord | undefined> {
  const recorded = await readRecord(record);
  if (recorded !== undefined && (await isOurs(recorded))) return recorded;
  const hasDatabase = await access(database).then(
    () => true,
    () => false,
  );
  return hasDatabase ? findServerOn(database) : undefined;
}

/** Stops the server unless a process uses it. The caller holds the lock. True if no server is running any more. */
export async function endIfUnused(home: DataDirectory, known: ServerRecord | undefined): Promise<boolean> {
  if ((await countUsers(home.users)) > 0) return false;
  // It may have been restarted since, after a crash.
  const record = (await runningServer(home)) ?? known;
  if (record !== undefined) await stopServer(record);
  await removeRecord(home.record);
  return true;
}
