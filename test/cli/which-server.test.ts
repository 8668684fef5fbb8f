// Which server a command uses, and that it says so: two projects on one machine.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { freePort } from '../../src/system/ports.js';
import { makeCliDirectory, useCliDirectory, type CliDirectory } from '../support/baton.js';
import { CLI } from '../support/built-cli.js';

const theirs = useCliDirectory();
let ours: CliDirectory;
let port: number;
let address: string;

beforeAll(async () => {
  ours = await makeCliDirectory();
  port = await freePort();
  address = `127.0.0.1:${port}`;
  await theirs.spawn('dev', '--port', String(port), '--ui-port', String(await freePort())).waitForLine('worker ready');
});
afterAll(() => ours?.remove());

/** With an environment variable. */
async function batonWith(env: NodeJS.ProcessEnv, directory: string, ...args: string[]) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|CI$)/.test(name));
  return await execa(process.execPath, [CLI, ...args], {
    cwd: directory,
    env: { ...Object.fromEntries(kept), NO_COLOR: '1', ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
}

test('dev --port: on the port of another project it starts nothing, and says whose server is there and what to do', async () => {
  const { exitCode, stdout, stderr } = await ours.baton('dev', '--port', String(port), '--json');
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ error: { type: 'ServerUnreachable' } });
  expect(stderr).toContain(
    `localhost:${port}: the Temporal server there (of ${theirs.directory}) is not used, because this project has not started it; ` +
      'to use it, name it with --address, TEMPORAL_ADDRESS or server.address',
  );
  expect(stderr).toContain(`port ${port} of 127.0.0.1 is in use by another program`);
  expect(stderr).toContain(
    `"baton dev --port PORT --ui-port PORT" starts the server on other ports; "baton worker --address localhost:${port}" is a worker`,
  );
});

test('runs: the server is named on stderr, whichever it is', async () => {
  expect((await theirs.baton('runs')).stderr).toContain(`server: ${address}, namespace default (of this directory)`);
  expect((await ours.baton('runs', '--address', address)).stderr).toContain(
    `server: ${address}, namespace default (configured)`,
  );
  const named = await batonWith({ TEMPORAL_ADDRESS: address }, ours.directory, 'runs', '--json');
  expect(named.stderr).toBe(`server: ${address}, namespace default (TEMPORAL_ADDRESS)`);
  expect(JSON.parse(named.stdout)).toHaveProperty('runs');
});

test('every error after a server was found names the server', async () => {
  expect(await ours.baton('status', 'nothing', '--address', address)).toMatchObject({
    exitCode: 2,
    stderr: `error: there is no run "nothing" on this server\nserver: ${address}, namespace default (configured)`,
  });
  expect(await theirs.baton('cancel', 'nothing')).toMatchObject({
    stderr: `error: there is no run "nothing" on this server\nserver: ${address}, namespace default (of this directory)`,
  });
});

test('a command names a server that only the environment names, unless it is quiet', async () => {
  await theirs.write('greet.json', { name: 'greet', tasks: { hello: { agent: 'echo', input: 1 } } });
  const run = (...more: string[]) =>
    batonWith({ TEMPORAL_ADDRESS: address }, theirs.directory, 'run', 'greet.json', ...more);
  expect((await run()).stderr.split('\n')[0]).toBe(`server: ${address}, namespace default (TEMPORAL_ADDRESS)`);
  expect(await run('--quiet')).toMatchObject({ exitCode: 0, stderr: '' });
  expect((await theirs.baton('run', 'greet.json')).stderr).not.toContain('server:');
});

test('a directory below uses the server that its project has started, if that is on the usual port', async () => {
  const below = join(theirs.directory, 'below');
  await mkdir(below, { recursive: true });
  // The port of `dev` stands for 7233, which tests cannot use.
  const dev = execa(process.execPath, [CLI, 'dev', '--port', String(port)], {
    cwd: below,
    env: { NO_COLOR: '1' },
    reject: false,
    stdin: 'ignore',
  });
  const lines: string[] = [];
  for await (const line of dev.iterable({ from: 'stderr' })) {
    lines.push(line);
    if (line.includes('worker ready')) dev.kill('SIGTERM');
  }
  expect(lines.join('\n')).toContain(`server: ${address}, namespace default (of ${theirs.directory})`);
  expect((await theirs.baton('runs')).exitCode).toBe(0);
});
