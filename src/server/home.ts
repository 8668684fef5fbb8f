// The directory `.baton` of an embedded server.
import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemCodeOf } from './unreachable.js';

export interface Home {
  readonly path: string;
  readonly record: string;
  readonly database: string;
  readonly log: string;
  readonly users: string;
}

/** Of a directory, by whichever of its names it is called. */
export async function homeIn(directory: string): Promise<Home> {
  const absolute = resolve(directory);
  const path = join(await realpath(absolute).catch(() => absolute), '.baton');
  return {
    path,
    record: join(path, 'server.json'),
    database: join(path, 'temporal.db'),
    log: join(path, 'server.log'),
    users: join(path, 'users'),
  };
}

const UNWRITABLE: readonly (string | undefined)[] = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'];

export function explainUnwritable({ path }: Home) {
  return (error: unknown): never => {
    const code = systemCodeOf(error);
    if (!UNWRITABLE.includes(code)) throw error;
    throw new Error(`cannot write to ${path} (${code}); run in a directory that can be written`);
  };
}
