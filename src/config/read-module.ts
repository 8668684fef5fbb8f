// A configuration as code. TypeScript goes through jiti, which leaves what is in node_modules to Node; whatever such a file
// imports of this package is this very copy of it, so that an AgentError thrown there is an AgentError here.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { createJiti } from 'jiti';
import { ConfigError } from './error.js';
import { endingOf } from './find.js';

const PACKAGE = 'baton-orchestrator';

/** The value of the default export. */
export async function readModuleConfig(path: string, name: string): Promise<unknown> {
  const exported = await importModule(path).catch(async (error: unknown) => {
    throw new ConfigError([`${name}${await explain(path, error)}`]);
  });
  // A CommonJS file that was compiled from a module has its default export one level down.
  const outer = isModule(exported) ? exported['default'] : undefined;
  const value = isModule(outer) && '__esModule' in outer ? outer['default'] : outer;
  if (value === undefined)
    throw new ConfigError([`${name}: expected a default export, such as defineConfig({ agents: [] })`]);
  return value;
}

async function importModule(path: string): Promise<unknown> {
  if (!['ts', 'mts'].includes(endingOf(path))) return await import(pathToFileURL(path).href);
  const jiti = createJiti(path, { fsCache: false, virtualModules: { [PACKAGE]: await import('../index.js') } });
  return await jiti.import(path);
}

const isModule = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** `:4:2: Unexpected token`, or what else kept it from being loaded, on one line. */
async function explain(path: string, error: unknown): Promise<string> {
  const message = (error instanceof Error ? error.message : String(error)).trim();
  const first = message.split('\n', 1)[0]!.trim();
  const parse = /ParseError: (.*?)\s*\n?\s*(\S+):(\d+):(\d+)\s*$/s.exec(message);
  if (parse !== null) {
    const [, what, file, line, column] = parse;
    const where = file === path ? '' : `: ${file}`;
    return `${where}:${line}:${Number(column) + 1}: ${what!.trim()}`;
  }
  if (error instanceof SyntaxError) {
    const line = await lineOfSyntaxError(path);
    return `${line === undefined ? '' : `:${line}`}: ${first}`;
  }
  const line = error instanceof Error ? lineIn(path, error.stack ?? '') : undefined;
  return `${line === undefined ? '' : `:${line}`}: ${first}`;
}

/** Node tells where a module is malformed only when it is its main program. */
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
