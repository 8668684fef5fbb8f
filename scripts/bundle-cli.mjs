// Bundles the commands that call no agents, with the packages that they use: reading several hundred files takes most of the time of a short command.
// cli/main.ts chooses the bundle. Only code is moved: paths in it still start at the file that they were written in.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs/light.js';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist/');
const bundle = join(dist, 'cli/bundle/');
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Short commands use these. All other packages stay where they are, and are loaded from there if a command needs them. */
const BUNDLED = [
  ...['activity', 'client', 'common', 'envconfig', 'proto'].map((name) => `@temporalio/${name}`),
  ...['@bomb.sh/tab', 'cli-truncate', 'commander', 'croner', 'env-paths', 'execa', 'fastest-levenshtein', 'ipaddr.js'],
  ...[
    'log-update',
    'lru-cache',
    'p-map',
    'picocolors',
    'proper-lockfile',
    'protobufjs',
    'signal-exit',
    'standardwebhooks',
  ],
  ...['string-width', 'wrap-ansi', 'write-file-atomic', 'yaml', 'zod'],
];
const outside = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !BUNDLED.includes(name));

/** What hosts agents is not part of the bundle. */
const HOSTS = ['worker.js', 'cli/dev/', 'cli/gate/', 'cli/worker/'].map((path) => join(dist, path));

/** Stand for modules: one that imports the definitions of all commands, and one that imports what checks plans. */
const [COMMANDS, CHECKS] = ['commands', 'checks'];

const SESSION = join(dist, 'cli/session/session.js');
const CONFIG = join(dist, 'config/read-config.js');
const SETTINGS = join(dist, 'config/read-settings.js');

/** Module ids to those that they import, without dynamic imports. */
const imports = new Map();

/** All modules that one module loads. */
function loadedBy(module) {
  const loaded = new Set();
  const waiting = [module];
  while (waiting.length > 0) {
    const id = waiting.pop();
    if (loaded.has(id)) continue;
    loaded.add(id);
    waiting.push(...(imports.get(id) ?? []));
  }
  return loaded;
}

/** Few large files load faster than many small ones. A module is in the first group that has it. */
const groups = [
  { name: 'program', from: [join(dist, 'cli/program.js')] },
  { name: 'commands', from: [COMMANDS] },
  { name: 'plans', from: [CHECKS] },
  // In both.
  { name: 'session-and-settings', from: [SESSION, SETTINGS] },
  { name: 'session-and-config', from: [SESSION, CONFIG] },
  { name: 'session', from: [SESSION] },
  { name: 'settings', from: [SETTINGS] },
  { name: 'config', from: [CONFIG] },
].map(({ name, from }, index) => {
  let loaded;
  const test = (id) => (loaded ??= from.map(loadedBy)).every((ids) => ids.has(id));
  return { name, priority: 10 - index, test };
});

/** The messages of Temporal's protocol that clients use. As text, because V8 parses JSON faster than an object in a program. */
function protocol(object) {
  const { coresdk, ...messages } = Function(`return ${object}`)();
  if (coresdk === undefined) throw new Error('expected coresdk in the protocol: which parts of it do clients use now?');
  delete messages.temporal.nested.api.nested.cloud;
  // Throws if a message uses one that has been removed.
  protobuf.Root.fromJSON({ nested: structuredClone(messages) }).resolveAll();
  return `JSON.parse(${JSON.stringify(JSON.stringify(messages))})`;
}

const plugin = {
  name: 'baton',
  resolveId(source, importer) {
    if (!source.startsWith('.') || !importer?.startsWith(dist)) return null;
    const id = join(importer, '..', source);
    return HOSTS.some((host) => id.startsWith(host)) ? { id: `../../${relative(dist, id)}`, external: true } : null;
  },
  transform(code, id) {
    if (id.endsWith('/protos/json-module.js')) return code.replace(/(?<=\.addJSON\()\{.*\}(?=\);)/s, protocol);
    const url = `new URL(${JSON.stringify(relative(bundle, id))}, import.meta.url).href`;
    return id.startsWith(dist) ? code.replaceAll('import.meta.url', url) : null;
  },
  buildEnd(error) {
    if (error !== undefined) return;
    for (const id of this.getModuleIds()) imports.set(id, this.getModuleInfo(id).importedIds);
    imports.set(COMMANDS, this.getModuleInfo(join(dist, 'cli/commands/index.js')).dynamicallyImportedIds);
    imports.set(CHECKS, [join(dist, 'client/check-plan.js'), join(dist, 'cli/validate/likely-mistakes.js')]);
  },
};

rmSync(bundle, { recursive: true, force: true });
const built = await rolldown({
  input: join(dist, 'cli/program.js'),
  platform: 'node',
  external: outside.map((name) => new RegExp(`^${name}(/|$)`)),
  transform: { define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' } },
  checks: { ineffectiveDynamicImport: false },
  plugins: [plugin],
});
const { output } = await built.write({
  dir: bundle,
  minify: true,
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: { groups },
});
await built.close();

// The licences of the packages require their texts next to the code.
const ids = output.flatMap(({ moduleIds = [] }) => moduleIds);
const folders = ids.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []);
const licences = [...new Set(folders)].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version}: ${license}\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8')}`;
});
writeFileSync(join(bundle, 'LICENSES.txt'), licences.join('\n\n'));
