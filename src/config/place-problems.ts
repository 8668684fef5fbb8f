// The places of the problems of a configuration that is data, as line and column.
import { createLocator, keysOf } from '../plan-file/locate.js';
import { isRecord } from '../domain/json/own-property.js';
import { formatPath } from '../domain/problem.js';
import { ConfigError } from './error.js';

/** Each line begins with the name of the file, then the path in it: `baton.config.yaml: agents[0].command: expected …`. */
export async function placeProblems(
  { problems }: ConfigError,
  { path, name, raw }: { readonly path: string; readonly name: string; readonly raw: unknown },
): Promise<ConfigError> {
  const { locate } = createLocator(path);
  const placed = problems.map(async (line) => {
    const keys = line.startsWith(`${name}: `) ? keysIn(line.slice(name.length + 2), raw) : [];
    const isInFile = keys[0] !== undefined && isRecord(raw) && Object.hasOwn(raw, keys[0]);
    const place = isInFile ? await locate(formatPath(keys)).catch(() => undefined) : undefined;
    return place === undefined ? line : `${line} (${name}:${place.line}:${place.column})`;
  });
  return new ConfigError(await Promise.all(placed));
}

/** The longest path that the line may begin with: of keys that do not exist, the place is that of the keys before them. */
function keysIn(line: string, raw: unknown): (string | number)[] {
  const parts = line.split(': ');
  const unknown = /unknown key ("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
  const named = parts[0] === undefined ? [] : entryNamed(parts[0], raw);
  // The last part is the message.
  const paths = parts.slice(named.length === 0 ? 0 : 1, -1).filter((part) => !part.startsWith('agent "'));
  const keys = paths.slice(0, 2).flatMap(keysOf);
  const all = [...named, ...keys, ...(unknown === undefined ? [] : [JSON.parse(unknown) as string])];
  return all.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}

/** `pool "p"` → `pools`, `0`. */
function entryNamed(part: string, raw: unknown): string[] {
  const name = /^pool "(.+)"$/.exec(part)?.[1];
  const pools: unknown = isRecord(raw) ? raw['pools'] : undefined;
  if (name === undefined || !Array.isArray(pools)) return [];
  const index = pools.findIndex((pool: unknown) => isRecord(pool) && pool['name'] === name);
  return index === -1 ? [] : ['pools', String(index)];
}
