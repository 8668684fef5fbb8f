// What short commands load decides how much processor time they take. bench/start.ts measures the time.
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { CLI, DIST } from '../support/built-cli.js';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory();
const { write, spawn, baton } = place;

/** The parts of the bundle, the other files of Baton, and the packages outside of the bundle that a command loads: V8 lists them for coverage. */
async function loadedBy(...args: string[]): Promise<string[]> {
  const report = await mkdtemp(join(place.directory, 'coverage-'));
  await execa(process.execPath, [CLI, ...args], { cwd: place.directory, env: { NODE_V8_COVERAGE: report } });
  const texts = await Promise.all((await readdir(report)).map((file) => readFile(join(report, file), 'utf8')));
  const urls = texts.flatMap((text) =>
    (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url),
  );
  const files = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
  return [...new Set(files.map(nameOf))].sort();
}

/** Parts of the bundle have a hash in their names. */
const nameOf = (file: string): string =>
  /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ??
  file.replace(`${DIST}/`, '').replace(/^cli\/bundle\/(.*?)(?:-[\w-]{8})?\.js$/, 'bundle: $1');

const START = ['bundle: program', 'bundle: rolldown-runtime', 'cli/commands/index.js', 'cli/main.js'];
/** The validator of JSON Schemas, which the agent of the language model has. */
const AJV = ['ajv', 'ajv-formats', 'fast-deep-equal', 'fast-uri', 'json-schema-traverse'];
/** Temporal's client, protobuf and gRPC. */
const CLIENT = 'bundle: session';

test('--help and --version load neither the commands nor a package', async () => {
  expect(await loadedBy('--help')).toEqual(START);
  expect(await loadedBy('--version')).toEqual(START);
});

test('completion loads the definitions of the commands, and nothing that they need for their work', async () => {
  expect(await loadedBy('complete', '--', 'ru')).toEqual(['bundle: commands', 'bundle: complete', ...START].sort());
  const bundle = join(DIST, 'cli', 'bundle');
  const commands = (await readdir(bundle)).find((file) => file.startsWith('commands-'))!;
  // A function of the language of expressions.
  expect(await readFile(join(bundle, commands), 'utf8')).not.toContain('formatInteger');
});

test('validate loads the configuration, but no client and no package that only calls of agents need', async () => {
  const http = '  - { type: web, kind: http, url: "http://127.0.0.1:9/" }\n';
  const llm = '  - { type: model, kind: llm, provider: openai, model: gpt, apiKey: { env: KEY } }\n';
  const other = '  - { type: other, kind: temporal, workflow: w, taskQueue: q }\n';
  await write('all.yaml', `agents:\n${http}${llm}${other}`);
  await write('p.yaml', 'name: p\ntasks: { a: { agent: web }, b: { agent: model }, c: { agent: other } }\n');
  const loaded = await loadedBy('validate', 'p.yaml', '--config', 'all.yaml');
  expect(loaded.filter((name) => !name.startsWith('bundle: '))).toEqual(
    [...AJV, 'cli/commands/index.js', 'cli/main.js'].sort(),
  );
  expect(loaded).toContain('bundle: config');
  expect(loaded).not.toContain(CLIENT);
});

test('runs, inbox and status load the client from the bundle, and no package that agents or workers need', async () => {
  await write('wait.json', { name: 'p', tasks: { w: { event: { name: 'go' } } } });
  const run = spawn('run', 'wait.json', '--id', 'waits');
  await run.waitForLine('w running');
  // They need no agents, and work although one is wrong.
  await write('baton.config.yaml', 'agents: [{ type: bad, kind: http }]\n');
  expect(await baton('validate', 'wait.json')).toMatchObject({ exitCode: 2 });
  for (const args of [['runs'], ['inbox'], ['status', 'waits']]) {
    const loaded = await loadedBy(...args);
    expect(loaded).toContain(CLIENT);
    expect(loaded).toContain('bundle: settings');
    expect(loaded).not.toContain('bundle: config');
    // The converter of values is a file that Temporal loads by its path.
    const others = loaded.filter((name) => !name.startsWith('bundle: '));
    expect(others).toEqual([
      ...['@temporalio/common', 'cli/commands/index.js', 'cli/main.js', 'values/payload-converter.cjs'],
    ]);
  }
  expect(await baton('status', 'waits')).toMatchObject({ exitCode: 0 });
  expect(await baton('event', 'waits', 'go')).toMatchObject({ exitCode: 0 });
  expect(await run.ended).toMatchObject({ exitCode: 0 });
});
