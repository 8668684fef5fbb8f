// A TypeScript program of the tests as JavaScript. Loading it takes a second of processor time; through jiti it takes ten, for each process.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';
import { inject } from 'vitest';

const GENERATED = fileURLToPath(new URL('../../generated', import.meta.url));

const plugin: Plugin = {
  name: 'sources',
  resolveId(source) {
    if (source.startsWith('#')) return { id: join(GENERATED, `${source.slice(1)}.js`), external: true };
    return /^[./]/.test(source) ? null : { id: source, external: true };
  },
  // Sources find files next to them.
  transform: (code, id) => code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)),
};

const made = new Map<string, Promise<string>>();

/** The path of the program. It is deleted after the last test of the test run. */
export function bundledScript(path: string): Promise<string> {
  const known = made.get(path);
  if (known !== undefined) return known;
  const bundling = bundle(path);
  made.set(path, bundling);
  return bundling;
}

async function bundle(path: string): Promise<string> {
  const built = await rolldown({
    input: path,
    platform: 'node',
    plugins: [plugin],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    checks: { ineffectiveDynamicImport: false },
  });
  const dir = join(`${inject('workflowBundle')}.scripts`, String(process.pid));
  const { output } = await built.write({ dir, entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  await built.close();
  return join(dir, output[0].fileName);
}
