import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { SearchAttributeType, TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../src/domain/run/search-attributes.js';
import { type FoundServer, findTemporalBinary, registerSearchAttributes } from '../../src/server/index.js';
import { commandOf, isAlive } from '../../src/system/process-identity.js';
import { freePort } from '../../src/system/ports.js';
import { holdServer } from './other-process.js';
import { find, makeDirectory, readRecordOf, unconfigure } from './place.js';

// The first on a fresh machine downloads the server.
vi.setConfig({ testTimeout: 120_000 });

beforeEach(unconfigure);

async function clientOf(found: FoundServer): Promise<Client> {
  const connection = await Connection.connect(found.connectionOptions);
  onTestFinished(() => connection.close());
  return new Client({ connection, namespace: found.namespace });
}

/** A run that no worker takes: it stays as it is. */
async function startWorkflow(client: Client, workflowId: string): Promise<void> {
  const plan = defineSearchAttributeKey(SEARCH_ATTRIBUTES.plan.name, SearchAttributeType.KEYWORD);
  const typedSearchAttributes = new TypedSearchAttributes([{ key: plan, value: 'a-plan' }]);
  await client.workflow.start('nobodyHasThis', { taskQueue: 'nobody-polls-this', workflowId, typedSearchAttributes });
}

const reasonOf = async (attempt: Promise<unknown>): Promise<string> => {
  const failure = await attempt.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  return failure instanceof Error ? failure.message : String(failure);
};

test('embedded server: it accepts search attributes immediately, has a Web UI, and ends when it is released', async () => {
  const directory = await makeDirectory();
  const found = await find(directory);
  expect(found.origin).toBe('embedded');
  await startWorkflow(await clientOf(found), 'first');
  expect((await fetch(found.webUi ?? '')).status).toBe(200);
  // The same options serve a worker.
  await (await NativeConnection.connect(found.connectionOptions)).close();

  const { pid } = await readRecordOf(directory);
  await Promise.all([found.release(), found.release()]);
  expect(await commandOf(pid)).toBeUndefined();
  expect(await readdir(join(directory, '.baton'))).not.toContain('server.json');
});

test('embedded server: a search attribute that its database lacks is registered', async () => {
  const directory = await makeDirectory();
  const first = await find(directory);
  const { connection, options } = await clientOf(first);
  const { name } = SEARCH_ATTRIBUTES.plan;
  const { namespace } = options;
  await connection.operatorService.removeSearchAttributes({ namespace, searchAttributes: [name] });
  await first.release();
  const again = await find(directory);
  await startWorkflow(await clientOf(again), 'later');
});

test('embedded server: the requested namespace exists', async () => {
  const found = await find(await makeDirectory(), { namespace: 'payments' });
  expect(found.namespace).toBe('payments');
  await startWorkflow(await clientOf(found), 'first');
});

test('embedded server: the HTTP proxy of the environment is not used', async () => {
  for (const name of ['http_proxy', 'https_proxy', 'grpc_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'GRPC_PROXY']) {
    vi.stubEnv(name, 'http://127.0.0.1:1');
  }
  for (const name of ['no_proxy', 'NO_PROXY', 'no_grpc_proxy']) vi.stubEnv(name, undefined);
  const found = await find(await makeDirectory());
  await (await clientOf(found)).workflowService.getSystemInfo({});
});

test('search attributes: existing ones are kept, missing ones are registered', async () => {
  const found = await find(await makeDirectory());
  const client = await clientOf(found);
  const all = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);
  expect(await registerSearchAttributes(client.connection, 'default')).toEqual({
    added: [],
    present: all,
  });

  const missing = SEARCH_ATTRIBUTES.status.name;
  await client.connection.operatorService.removeSearchAttributes({ namespace: 'default', searchAttributes: [missing] });
  const twice = await Promise.all([1, 2].map(() => registerSearchAttributes(client.connection, 'default')));
  for (const { added, present } of twice) expect([...added, ...present].sort()).toEqual([...all].sort());
});

test('embedded server: processes in one directory share it, and the last one stops it', async () => {
  const directory = await makeDirectory();
  const other = await holdServer(directory);
  const found = await find(directory);
  expect(found.address).toBe(other.address);
  const { pid } = await readRecordOf(directory);
  await other.release();
  await (await clientOf(found)).workflowService.getSystemInfo({});
  await found.release();
  expect(await commandOf(pid)).toBeUndefined();
});

test('embedded server: processes that start simultaneously start one server', async () => {
  const directory = await makeDirectory();
  const [one, two, three] = await Promise.all([holdServer(directory), holdServer(directory), find(directory)]);
  expect(new Set([one.address, two.address, three.address]).size).toBe(1);
  await Promise.all([one.release(), two.release()]);
});

test('embedded server: a process that has ended is not counted as a user', async () => {
  const directory = await makeDirectory();
  const other = await holdServer(directory);
  await other.kill();
  const { pid } = await readRecordOf(directory);
  expect(isAlive(pid)).toBe(true);
  const found = await find(directory);
  expect(found.address).toBe(other.address);
  await found.release();
  expect(await commandOf(pid)).toBeUndefined();
});

test('embedded server: after a kill it is restarted on its file with all its data', async () => {
  const directory = await makeDirectory();
  const before = await find(directory);
  await startWorkflow(await clientOf(before), 'kept');
  const killed = await readRecordOf(directory);
  process.kill(killed.pid, 'SIGKILL');
  await vi.waitUntil(async () => (await commandOf(killed.pid)) === undefined, { timeout: 10_000 });

  const after = await find(directory);
  expect((await readRecordOf(directory)).pid).not.toBe(killed.pid);
  // Whoever was connected connects again by itself.
  expect(after).toMatchObject({ address: before.address, webUi: before.webUi });
  const client = await clientOf(after);
  expect((await client.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
  await expect(client.workflow.getHandle('other').describe()).rejects.toThrow(WorkflowNotFoundError);
  // Whoever had the killed one shares the new one, and does not stop it while it is used.
  await before.release();
  await client.workflowService.getSystemInfo({});
});

test('embedded server: a port in use is rejected by its number', async () => {
  const directory = await makeDirectory();
  const [port, server] = [await freePort(), createServer()];
  await once(server.listen(port, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  expect(await reasonOf(find(directory, { port }))).toContain(`port ${port} of 127.0.0.1 is in use by another program`);
  expect(await reasonOf(find(directory, { uiPort: port }))).toContain(`Web UI port ${port} of 127.0.0.1 is in use`);
});

test('embedded server: a directory that cannot be written is named', async () => {
  const directory = await makeDirectory();
  await writeFile(join(directory, '.baton'), 'a file in its place');
  expect(await reasonOf(find(directory))).toContain(
    `starting a server: cannot write to ${join(directory, '.baton')} (`,
  );
});

test('embedded server: only its user can read what it keeps, and Git ignores it', async () => {
  const directory = await makeDirectory();
  const home = join(directory, '.baton');
  const found = await find(directory);
  const modeOf = async (name: string) => ((await stat(join(home, name))).mode & 0o777).toString(8);
  expect(await modeOf('.')).toBe('700');
  const files = ['server.json', 'server.log', 'temporal.db', 'temporal.db-wal'];
  expect(await Promise.all(files.map(modeOf))).toEqual(files.map(() => '600'));
  expect(await readFile(join(home, '.gitignore'), 'utf8')).toBe('*\n');
  await writeFile(join(home, '.gitignore'), '# mine\n');
  await chmod(home, 0o755);
  await (await find(directory, { start: false })).release();
  expect(await modeOf('.')).toBe('700');
  expect(await readFile(join(home, '.gitignore'), 'utf8')).toBe('# mine\n');
  await found.release();
});

test('embedded server: a record that does not parse is ignored and replaced', async () => {
  const directory = await makeDirectory();
  await mkdir(join(directory, '.baton'));
  await writeFile(join(directory, '.baton', 'server.json'), '{ "pid": 1');
  const found = await find(directory);
  expect(found.address).toBe(`127.0.0.1:${(await readRecordOf(directory)).port}`);
});

test.each([
  ['lost', (file: string) => rm(file)],
  ['torn', (file: string) => writeFile(file, '{ "pid": 1')],
  ['of another process', (file: string) => changeRecord(file, { pid: process.pid })],
])('embedded server: one whose record is %s is found, and its record is written again', async (_, spoil) => {
  const directory = await makeDirectory();
  const first = await find(directory);
  const before = await readRecordOf(directory);
  await spoil(join(directory, '.baton', 'server.json'));
  const second = await find(directory, { start: false });
  expect(second).toMatchObject({ address: first.address, webUi: first.webUi });
  expect(await readRecordOf(directory)).toMatchObject({ pid: before.pid, port: before.port, uiPort: before.uiPort });
  await spoil(join(directory, '.baton', 'server.json'));
  await first.release();
  await second.release();
  expect(await commandOf(before.pid)).toBeUndefined();
});

async function changeRecord(file: string, change: object): Promise<void> {
  const record: unknown = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify(Object.assign({}, record, change)));
}

test('embedded server: a recorded pid that belongs to another program is not killed', async () => {
  const directory = await makeDirectory();
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  const database = join(directory, '.baton', 'temporal.db');
  const record = { pid: stranger.pid, port: await freePort(), uiPort: await freePort(), startedAt: 'then', database };
  await mkdir(join(directory, '.baton'));
  await writeFile(join(directory, '.baton', 'server.json'), JSON.stringify(record));
  const found = await find(directory);
  expect((await readRecordOf(directory)).pid).not.toBe(stranger.pid);
  await found.release();
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

test('embedded server: the lock of a killed process is taken over', async () => {
  const directory = await makeDirectory();
  const lock = join(directory, '.baton', 'lock');
  await mkdir(lock, { recursive: true });
  await utimes(lock, 0, 0);
  await find(directory);
});

test('embedded server: a corrupt database is reported with the message of the server', async () => {
  const directory = await makeDirectory();
  await mkdir(join(directory, '.baton'));
  await writeFile(join(directory, '.baton', 'temporal.db'), 'this is no database, and was never one\n'.repeat(100));
  const reason = await reasonOf(find(directory));
  expect(reason).toMatch(/starting a server: the server ended immediately \(exit 1\): .*file is not a database/);
  expect(await readdir(join(directory, '.baton'))).not.toContain('server.json');
  expect(await readFile(join(directory, '.baton', 'temporal.db'), 'utf8')).toContain('this is no database');
});

test('embedded server: a program that is not Temporal is reported', async () => {
  const directory = await makeDirectory();
  const program = join(directory, 'temporal');
  await writeFile(program, '#!/bin/sh\necho "Error: unknown command server" >&2\nexit 3\n', { mode: 0o755 });
  vi.stubEnv('BATON_TEMPORAL_CLI', program);
  expect(await findTemporalBinary()).toBe(program);
  expect(await reasonOf(find(directory))).toContain(
    'the server ended immediately (exit 3): Error: unknown command server',
  );
});

test('embedded server: of a server that panics the reason is reported, not the end of its stacks', async () => {
  const directory = await makeDirectory();
  const program = join(directory, 'temporal');
  const stacks = ['panic: no memory left', '', 'goroutine 1 [running]:', 'main.main()', 'main.go:18 +0x8e'].join('\\n');
  await writeFile(program, `#!/bin/sh\nprintf '${stacks}\\n' >&2\nexit 2\n`, { mode: 0o755 });
  vi.stubEnv('BATON_TEMPORAL_CLI', program);
  expect(await reasonOf(find(directory))).toMatch(/the server ended immediately \(exit 2\): panic: no memory left$/m);
});

test('embedded server: one that panics because another program has just taken its port is started again', async () => {
  const directory = await makeDirectory();
  const real = await findTemporalBinary();
  const [program, once] = [join(directory, 'temporal'), join(directory, 'once')];
  const panic =
    'panic: failed assigning ephemeral port: bind: address already in use\\n\\na\\nb\\nmain.main()\\nmain.go:18\\n';
  const lines = [`[ -f ${once} ] && exec ${real} "$@"`, `touch ${once}`, `printf '${panic}' >&2`, 'exit 2'];
  await writeFile(program, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  vi.stubEnv('BATON_TEMPORAL_CLI', program);
  const found = await find(directory);
  expect(found.origin).toBe('embedded');
  await found.release();
});
