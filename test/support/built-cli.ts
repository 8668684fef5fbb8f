// The compiled command line, as users have it. The first test file builds it if a source is newer than the last build.
import { readdir, stat, writeFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { withLock } from '../../src/server/lock.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stamp = join(root, 'dist', '.built');
/** Another test file may be building it. */
const BUILD_WITHIN_MS = 110_000;

export const DIST = join(root, 'dist');
export const CLI = join(DIST, 'cli', 'main.js');

export async function buildCli(): Promise<void> {
  const cache = join(root, 'node_modules', '.cache', 'baton-build');
  mkdirSync(cache, { recursive: true });
  await withLock(cache, BUILD_WITHIN_MS, async () => {
    const changedAt = await newest(join(root, 'src'));
    const builtAt = await stat(stamp).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (builtAt >= changedAt) return;
    const begunAt = new Date();
    await execa('npm', ['run', 'build'], { cwd: root });
    await writeFile(stamp, begunAt.toISOString());
  });
}

async function newest(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const times = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).mtimeMs);
  return Math.max(0, ...(await Promise.all(times)));
}
