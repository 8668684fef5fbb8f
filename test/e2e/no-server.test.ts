// No server is to be had: the command line says so in one message, with what was tried, and ends with 3.
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../src/system/ports.js';
import { makeDirectory } from '../server/place.js';
import { buildCli, CLI } from '../support/built-cli.js';

// The first of a test run builds it.
beforeAll(buildCli, 240_000);

const CONFIG = '{ "agents": [{ "type": "echo", "kind": "command", "command": ["cat"] }] }';
const PLAN = '{ "name": "one", "tasks": { "a": { "agent": "echo" } } }';

async function makeProject(): Promise<string> {
  const directory = await makeDirectory();
  await writeFile(join(directory, 'baton.config.json'), CONFIG);
  await writeFile(join(directory, 'plan.json'), PLAN);
  return directory;
}

async function baton(directory: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|FORCE_COLOR)/.test(name));
  const env = { ...Object.fromEntries(kept), NO_COLOR: '1', CI: '1', ...more };
  // The time-out is a claim: that nobody waits for what will not come.
  const options = { cwd: directory, env, extendEnv: false, reject: false, timeout: 30_000 } as const;
  const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, ...args], options);
  return { exitCode, stdout, stderr };
}

/** One message, its first line the summary, and no stack trace. */
function expectOneMessage(stderr: string, ...parts: string[]): void {
  expect(stderr).toMatch(/^error: no Temporal server could be reached$/m);
  expect(stderr.match(/^error:/gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  for (const part of parts) expect(stderr).toContain(part);
}

test('a port in use is named by dev', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const taken = ['--port', `${port}`, '--ui-port', `${await freePort()}`];
  const { exitCode, stdout, stderr } = await baton(await makeProject(), ['dev', ...taken]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
  expect(stderr).toContain(
    `port ${port} of 127.0.0.1 is in use by another program; stop that program, or choose another`,
  );
});

const unwritable: [string, (directory: string) => Promise<void>][] = [
  ['has a file where .baton would be', (directory) => writeFile(join(directory, '.baton'), 'a file in its place')],
];
// To root no directory is read-only.
if (process.getuid?.() !== 0) unwritable.push(['is read-only', (directory) => chmod(directory, 0o555)]);

test.each(unwritable)('a directory that %s is named by run', async (_, spoil) => {
  const directory = await makeProject();
  await spoil(directory);
  onTestFinished(() => chmod(directory, 0o755));
  const { exitCode, stdout, stderr } = await baton(directory, ['run', 'plan.json']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
  expectOneMessage(stderr, `starting a server: cannot write to ${join(directory, '.baton')} (`);
});

test('where there is no temporal program and none can be downloaded, run tells all the places where it looked', async () => {
  const directory = await makeProject();
  const [path, cache] = ['path', 'cache'].map((name) => join(directory, name));
  await mkdir(path!);
  // Nothing listens on port 1: neither index nor download can be reached.
  const proxy = 'http://127.0.0.1:1';
  const away = { PATH: path, BATON_CACHE: cache, BATON_TEMPORAL_CLI: '', HTTPS_PROXY: proxy, https_proxy: proxy };
  const { exitCode, stdout, stderr } = await baton(directory, ['run', 'plan.json'], away);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
  expectOneMessage(
    stderr,
    'starting a server: no temporal program',
    'PATH: no temporal',
    `cache: no ${join(cache!, 'temporal-')}`,
    'PyPI: no python3 or python on PATH',
    'temporal.download: ',
    'install it (https://docs.temporal.io/cli) or name it with BATON_TEMPORAL_CLI',
  );
});

test('run --json says on stdout too why there is no server', async () => {
  const directory = await makeProject();
  const missing = { BATON_TEMPORAL_CLI: join(directory, 'nowhere') };
  const { exitCode, stdout } = await baton(directory, ['run', 'plan.json', '--json'], missing);
  expect(exitCode).toBe(3);
  const { error } = JSON.parse(stdout) as { error: { type: string; message: string } };
  expect(error.type).toBe('ServerUnreachable');
  expect(error.message).toContain('BATON_TEMPORAL_CLI: expected the path of a program');
});
