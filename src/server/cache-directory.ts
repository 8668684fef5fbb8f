import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Baton keeps what it has downloaded: `BATON_CACHE`, else the platform's place for caches. */
export function cacheDirectory(): string {
  const { BATON_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (BATON_CACHE) return BATON_CACHE;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'baton');
  if (process.platform === 'win32') return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'baton');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'baton');
}
