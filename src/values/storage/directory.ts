// Storage in a directory, which several machines may share.
// D1. A file appears under its name when it is complete and on the disk: it is written under another name, synchronised, renamed.
// D2. A file `storage.json` marks the directory and has its id. Without it the directory counts as away: it may be the empty
//     place where a disk is mounted. It is written once by each process at most, when the process begins to use the storage.
// D3. A sweep renames a value before it looks at its time: a `put` that has refreshed the time before is seen, one that comes later
//     finds no file and writes it again.
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../../system/make-directory.js';
import { systemCodeOf } from '../../system/system-error.js';
import { byteLength } from './payload-bytes.js';
import { SWEPT, type StoredValue, type ValueStore } from './store.js';

const MARKER = 'storage.json';
const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;

/** A file that a killed process has left half written is removed by a sweep after this time. */
const STALE_PART_MS = 24 * 3_600_000;
const PART = '.part';

const isMissing = (error: unknown): boolean => systemCodeOf(error) === 'ENOENT';

const ifMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (isMissing(error)) return value;
    throw error;
  };

/** `create`: whether the directory is made if it does not exist. */
export function directoryStore(directory: string, { create }: { readonly create: boolean }): ValueStore {
  const marker = join(directory, MARKER);
  const pathOf = (key: string): string => join(directory, key);
  let known: Promise<string> | undefined;

  const readId = async (): Promise<string | undefined> => {
    const text = await readFile(marker, 'utf8').catch(ifMissing(undefined));
    return text === undefined ? undefined : (JSON.parse(text) as { id: string }).id;
  };
  const makeId = async (): Promise<string> => {
    await makeDirectory(directory, PRIVATE_DIRECTORY);
    const part = `${marker}.${randomBytes(6).toString('hex')}${PART}`;
    await writeFile(part, `${JSON.stringify({ id: randomUUID() })}\n`, { mode: PRIVATE_FILE });
    // Of several processes that begin at the same time the first wins.
    await link(part, marker).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    });
    await unlink(part);
    return (await readId())!;
  };
  const id = (): Promise<string> => {
    known ??= readId()
      .then((found) => found ?? (create ? makeId() : refuseUnmarked()))
      .catch((error: unknown) => {
        known = undefined;
        throw error;
      });
    return known;
  };
  const refuseUnmarked = (): Promise<never> =>
    Promise.reject(new Error(`${directory} does not have the file ${MARKER}: it is not mounted, or not a storage`));
  /** Rejects if another directory, or none, is there now. */
  const checkMarker = async (): Promise<void> => {
    const [was, is] = [await id(), await readId()];
    if (is === undefined) await refuseUnmarked();
    if (is !== was) throw new Error(`${marker} has another id than before`);
  };

  return {
    place: `${hostname()}:${directory}`,
    directory,
    id,
    async put(key, chunks) {
      await id();
      const path = pathOf(key);
      if (await refresh(path, byteLength(chunks))) return;
      await makeParents(directory, path, checkMarker);
      await writeDurably(path, chunks);
    },
    async get(key) {
      const path = pathOf(key);
      for (const name of [path, `${path}${SWEPT}`, path]) {
        const bytes = await readFile(name).catch(ifMissing(undefined));
        if (bytes !== undefined) return bytes;
      }
      await checkMarker();
      return undefined;
    },
    async *list(prefix) {
      await checkMarker();
      for (const group of await readdir(pathOf(prefix)).catch(ifMissing<string[]>([]))) {
        for (const name of await readdir(join(pathOf(prefix), group)).catch(ifMissing<string[]>([]))) {
          const key = `${prefix}/${group}/${name}`;
          const found = await stat(pathOf(key)).catch(ifMissing(undefined));
          if (found === undefined) continue;
          if (!name.endsWith(PART)) yield { key, bytes: found.size, touchedMs: found.mtimeMs };
          else if (Date.now() - found.mtimeMs > STALE_PART_MS) await unlink(pathOf(key)).catch(ifMissing(undefined));
        }
      }
    },
    remove: (value, beforeMs) => removeUntouched(pathOf(value.key), value, beforeMs),
  };
}

/** True if the file exists with this size; its time is then now. */
async function refresh(path: string, bytes: number): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(path, now, now);
    return (await stat(path)).size === bytes;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function makeParents(root: string, path: string, checkRoot: () => Promise<void>): Promise<void> {
  const group = dirname(path);
  if ((await stat(group).catch(ifMissing(undefined))) !== undefined) return;
  await checkRoot();
  for (const directory of [dirname(group), group]) {
    if (directory === root) continue;
    await mkdir(directory, { mode: PRIVATE_DIRECTORY }).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    });
    await synchronise(dirname(directory));
  }
}

async function writeDurably(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const part = `${path}.${randomBytes(6).toString('hex')}${PART}`;
  try {
    const file = await open(part, 'wx', PRIVATE_FILE);
    try {
      for (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await unlink(part).catch(() => undefined);
    throw error;
  }
  await synchronise(dirname(path));
}

/** Makes the names in a directory durable. Some network file systems cannot; their server does it itself. */
async function synchronise(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM'].includes(systemCodeOf(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

async function removeUntouched(path: string, { key }: StoredValue, beforeMs: number): Promise<boolean> {
  const swept = key.endsWith(SWEPT) ? path : `${path}${SWEPT}`;
  try {
    if (swept !== path) await rename(path, swept);
    if ((await stat(swept)).mtimeMs >= beforeMs) {
      await rename(swept, swept.slice(0, -SWEPT.length));
      return false;
    }
    await unlink(swept);
    return true;
  } catch (error) {
    // Another sweep has removed it.
    if (isMissing(error)) return false;
    throw error;
  }
}
