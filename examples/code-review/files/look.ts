// A first look at each file: its size, and whether people can read it.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { isBinaryFile } from 'isbinaryfile';

/** Above it a file is data, or made by a program; nobody reviews it, and parsers take long. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Files that are open at the same time. */
const AT_ONCE = 32;

export type Look =
  | { readonly is: 'text'; readonly path: string; readonly bytes: number }
  | { readonly is: 'binary' | 'large' | 'unreadable' | 'none'; readonly path: string };

export async function lookAt(root: string, paths: readonly string[], signal: AbortSignal): Promise<Look[]> {
  const looks: Look[] = [];
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    signal.throwIfAborted();
    looks.push(...(await Promise.all(paths.slice(at, at + AT_ONCE).map((path) => lookAtOne(root, path)))));
  }
  return looks;
}

async function lookAtOne(root: string, path: string): Promise<Look> {
  const file = join(root, path);
  try {
    const found = await lstat(file);
    // A link, a submodule, a pipe.
    if (!found.isFile()) return { is: 'none', path };
    if (found.size === 0) return { is: 'text', path, bytes: 0 };
    if (await isBinaryFile(file)) return { is: 'binary', path };
    return found.size > MAX_FILE_BYTES ? { is: 'large', path } : { is: 'text', path, bytes: found.size };
  } catch (error) {
    // Deleted, but not yet for git.
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { is: isGone ? 'none' : 'unreadable', path };
  }
}
