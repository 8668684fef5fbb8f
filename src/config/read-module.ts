// A configuration as code. JavaScript is imported by Node. TypeScript is loaded by jiti, which leaves node_modules to Node.
// A TypeScript configuration that imports this package gets the copy that is running, so that an AgentError thrown by an
// agent is an instance of the AgentError that the worker knows.
import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { createJiti, type Jiti } from 'jiti';
import { ConfigError } from './error.js';
import { endingOf } from './find.js';

const PACKAGE = 'baton-orchestrator';

/** Loads the namespace of this package. It is passed in: the entry point of the package imports this folder. */
export type LoadSelf = () => Promise<object>;

export interface ModuleLoading {
  readonly self: LoadSelf;
  /** The code may have changed since this process has loaded it. */
  readonly again: boolean;
}

/** The value of the default export. */
export async function readModuleConfig(path: string, name: string, how: ModuleLoading): Promise<unknown> {
  const exported = await importModule(path, how).catch(async (error: unknown) => {
    throw new ConfigError([`${name}${await explain(path, error)}${await importHint(error, how)}`]);
  });
  // A CommonJS file that was compiled from an ES module has its default export one level deeper.
  const outer = isNamespace(exported) ? exported['default'] : undefined;
  const value = isNamespace(outer) && '__esModule' in outer ? outer['default'] : outer;
  if (value === undefined)
    throw new ConfigError([`${name}: expected a default export, such as defineConfig({ agents: [] })`]);
  return value;
}

async function importModule(path: string, { self, again }: ModuleLoading): Promise<unknown> {
  if (!again && !['ts', 'mts'].includes(endingOf(path))) return await import(pathToFileURL(path).href);
  const jiti = createJiti(path, { fsCache: false, virtualModules: { [PACKAGE]: await self() } });
  return again ? await importAgain(path, jiti) : await jiti.import(path);
}

/** `jiti.import` leaves ES modules to Node.js, which never imports a file twice. `jiti` itself makes CommonJS of them. */
async function importAgain(path: string, jiti: Jiti): Promise<unknown> {
  forget(jiti.cache);
  try {
    return jiti(path) as unknown;
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('await is only valid')) throw error;
    if (!['ts', 'mts'].includes(endingOf(path)))
      throw new Error('JavaScript with await outside of functions cannot be loaded again: start the command again', {
        cause: error,
      });
    forget(jiti.cache);
    return await jiti.import(path);
  }
}

/** The directory of this package: it has modules of its own in the cache. */
const OWN = fileURLToPath(new URL('../../', import.meta.url));

/** What jiti has in its cache, it does not read again. Packages do not change. */
function forget(cache: Record<string, unknown>): void {
  const isPackage = (file: string): boolean => file.includes(`${sep}node_modules${sep}`) || file.startsWith(OWN);
  for (const file of Object.keys(cache)) if (!isPackage(file)) delete cache[file];
}

const isNamespace = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Why the module could not be loaded, on one line, with its position if known: `:4:2: Unexpected token`. */
async function explain(path: string, error: unknown): Promise<string> {
  const message = (error instanceof Error ? error.message : String(error)).trim();
  const first = message.split('\n', 1)[0]!.trim();
  const [, parse] = message.split('ParseError: ', 2);
  const place = parse?.split(/\s/).at(-1) ?? '';
  const found = /^(.+):(\d+):(\d+)$/.exec(place);
  if (parse !== undefined && found !== null) {
    const [, file, line, column] = found;
    const where = file === path ? '' : `: ${file}`;
    return `${where}:${line}:${Number(column) + 1}: ${parse.slice(0, -place.length).trim()}`;
  }
  if (error instanceof SyntaxError) {
    const line = await lineOfSyntaxError(path);
    return `${line === undefined ? '' : `:${line}`}: ${first}`;
  }
  const line = error instanceof Error ? lineIn(path, error.stack ?? '') : undefined;
  return `${line === undefined ? '' : `:${line}`}: ${first}`;
}

/** For a name of this package that the configuration does not import. */
async function importHint(error: unknown, { self }: ModuleLoading): Promise<string> {
  const [, missing] = error instanceof ReferenceError ? (/^(\w+) is not defined$/.exec(error.message) ?? []) : [];
  if (missing === undefined || !Object.hasOwn(await self(), missing)) return '';
  return `; add: import { ${missing} } from '${PACKAGE}'`;
}

/** Node reports the line of a syntax error only for the main program. */
async function lineOfSyntaxError(path: string): Promise<string | undefined> {
  const { stderr } = await execa(process.execPath, ['--check', path], { reject: false });
  return lineIn(path, stderr);
}

function lineIn(path: string, text: string): string | undefined {
  for (const name of [pathToFileURL(path).href, fileURLToPath(pathToFileURL(path))]) {
    const at = text.indexOf(`${name}:`);
    const found = at < 0 ? null : /^:(\d+)/.exec(text.slice(at + name.length));
    if (found !== null) return found[1];
  }
  return undefined;
}
