import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { visibleName } from '../../domain/text/visible.js';
import { systemCodeOf } from '../../system/system-error.js';
import { UsageError } from './errors.js';
import type { Io } from './io.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its directory does not exist',
  ENOTDIR: 'a part of its path is not a directory',
  EISDIR: 'it is a directory',
  EACCES: 'there is no permission',
  EPERM: 'there is no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/** Writes the file that an option names. Throws UsageError. */
export async function writeOutput(io: Io, option: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(resolve(io.cwd, file), text);
  } catch (error) {
    const reason = REASONS[systemCodeOf(error) ?? ''] ?? visibleName(String(error));
    throw new UsageError([`${option}: ${visibleName(file)} cannot be written: ${reason}`]);
  }
}
