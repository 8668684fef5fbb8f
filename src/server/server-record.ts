// The record of the embedded server, `.baton/server.json`. A user may have edited it: a file that does not parse is ignored.
import { readFile, rm } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { PRIVATE_FILE } from './data-directory.js';

const Port = z.int().min(1).max(65_535);

export const ServerRecord = z.object({
  pid: z.int().positive(),
  port: Port,
  uiPort: Port,
  startedAt: z.string(),
  /** The path on its command line, which identifies the process. */
  database: z.string().min(1),
  /** The project that started it; absent if that has no name of its own. */
  project: z.string().optional(),
});
export type ServerRecord = z.infer<typeof ServerRecord>;

export async function readRecord(file: string): Promise<ServerRecord | undefined> {
  try {
    return ServerRecord.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Atomic, because readers do not take the lock. */
export const writeRecord = (file: string, record: ServerRecord): Promise<void> =>
  writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`, { mode: PRIVATE_FILE });

export const removeRecord = (file: string): Promise<void> => rm(file, { force: true });
