// What `.baton/server.json` says of the embedded server. Anyone may have edited or torn it: what does not parse is no record.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const Port = z.int().min(1).max(65_535);

export const ServerRecord = z.object({
  pid: z.int().positive(),
  port: Port,
  uiPort: Port,
  startedAt: z.string(),
  /** The path on its command line, by which the process is known again. */
  database: z.string().min(1),
});
export type ServerRecord = z.infer<typeof ServerRecord>;

export async function readRecord(file: string): Promise<ServerRecord | undefined> {
  try {
    return ServerRecord.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Whole or not at all: readers do not take the lock. */
export async function writeRecord(file: string, record: ServerRecord): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`);
  await rename(draft, file);
}

export const removeRecord = (file: string): Promise<void> => rm(file, { force: true });
