// Finds the configuration of a directory.
import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { shown, withHint } from '../domain/problem.js';
import { visibleName } from '../domain/text/visible.js';
import { nearFile } from '../plan-file/near-file.js';
import { ConfigError } from './error.js';

const MODULE_ENDINGS = ['ts', 'mts', 'js', 'mjs', 'cjs'] as const;
export const DATA_ENDINGS = ['yaml', 'yml', 'json'] as const;
const ENDINGS: readonly string[] = [...MODULE_ENDINGS, ...DATA_ENDINGS];

/** The names that the configuration of a directory may have. */
export const CONFIG_NAMES: readonly string[] = ENDINGS.map((ending) => `baton.config.${ending}`);

export const endingOf = (path: string): string => /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';

/** Whether the configuration is code. */
export const isModule = (path: string): boolean => MODULE_ENDINGS.some((ending) => ending === endingOf(path));

/** The file `named`, or the `baton.config.*` of the directory, if there is one. Throws ConfigError. */
export async function findConfig(directory: string, named?: string): Promise<string | undefined> {
  if (named === undefined) return await findDefault(directory);
  const path = resolve(directory, named);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory())
    throw new ConfigError([`${visibleName(named)}: expected a configuration file, got a directory`]);
  if (found === undefined) {
    const message = `${visibleName(named)}: expected a configuration file, found nothing there`;
    throw new ConfigError([withHint(message, await nearFile(path))]);
  }
  if (ENDINGS.includes(endingOf(path))) return path;
  throw new ConfigError([
    `${visibleName(named)}: expected a file that ends in .${ENDINGS.join(', .')}, got ${shown(endingOf(path))}`,
  ]);
}

async function findDefault(directory: string): Promise<string | undefined> {
  const files = await readdir(directory).catch((): string[] => []);
  const present = CONFIG_NAMES.filter((name) => files.includes(name));
  if (present.length > 1) {
    throw new ConfigError([`${present.join(', ')}: expected one configuration here; name one with --config`]);
  }
  return present[0] === undefined ? undefined : resolve(directory, present[0]);
}
