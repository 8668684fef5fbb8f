import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { SearchAttributeType, TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.js';
import { type FoundServer, findTemporalBinary, registerSearchAttributes } from '../../src/server/index.js';
import { commandOf, isAlive } from '../../src/server/process-identity.js';
import { freePort } from '../../src/server/ports.js';
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

test('a started server takes runs with search attributes at once, shows its Web UI, and is gone once given back', async () => {
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

test('a database in which a search attribute of Baton is missing gets it', async () => {
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

test('a namespace that is asked for exists', async () => {
  const found = await find(await makeDirectory(), { namespace: 'payments' });
  expect(found.namespace).toBe('payments');
  await startWorkflow(await clientOf(found), 'first');
});

test('an HTTP proxy of the environment is not used for this machine', async () => {
  for (const name of ['http_proxy', 'https_proxy', 'grpc_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'GRPC_PROXY']) {
    vi.stubEnv(name, 'http://127.0.0.1:1');
  }
  for (const name of ['no_proxy', 'NO_PROXY', 'no_grpc_proxy']) vi.stubEnv(name, undefined);
  const found = await find(await makeDirectory());
  await (await clientOf(found)).workflowService.getSystemInfo({});
});

test('search attributes that are there are left alone, those that are missing are registered', async () => {
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

test('processes in one directory share a server, and the last one stops it', async () => {
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

test('processes that start at the same moment start one server', async () => {
  const directory = await makeDirectory();
  const [one, two, three] = await Promise.all([holdServer(directory), holdServer(directory), find(directory)]);
  expect(new Set([one.address, two.address, three.address]).size).toBe(1);
  await Promise.all([one.release(), two.release()]);
});

test('a process that died holds nothing', async () => {
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

test('a server that was killed is started again on its file, with everything in it', async () => {
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

test('a port in use is refused by its number', async () => {
  const directory = await makeDirectory();
  const [port, server] = [await freePort(), createServer()];
  await once(server.listen(port, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  expect(await reasonOf(find(directory, { port }))).toContain(`port ${port} of 127.0.0.1 is in use by another program`);
  expect(await reasonOf(find(directory, { uiPort: port }))).toContain(`Web UI port ${port} of 127.0.0.1 is in use`);
});

test('a directory that cannot be written is named', async () => {
  const directory = await makeDirectory();
  await writeFile(join(directory, '.baton'), 'a file in its place');
  expect(await reasonOf(find(directory))).toContain(
    `starting a server: cannot write to ${join(directory, '.baton')} (`,
  );
});

test('a record that is torn is ignored and written anew', async () => {
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
])('a server whose record is %s is found, not doubled, and its record is written anew', async (_, spoil) => {
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

test('a recorded pid that is another program by now is left alone', async () => {
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

test('a lock that a killed process left behind is broken', async () => {
  const directory = await makeDirectory();
  const lock = join(directory, '.baton', 'lock');
  await mkdir(lock, { recursive: true });
  await utimes(lock, 0, 0);
  await find(directory);
});

test('a corrupt database is told in the words of the server', async () => {
  const directory = await makeDirectory();
  await mkdir(join(directory, '.baton'));
  await writeFile(join(directory, '.baton', 'temporal.db'), 'this is no database, and was never one\n'.repeat(100));
  const reason = await reasonOf(find(directory));
  expect(reason).toMatch(/starting a server: the server ended at once \(exit 1\): .*file is not a database/);
  expect(await readdir(join(directory, '.baton'))).not.toContain('server.json');
  expect(await readFile(join(directory, '.baton', 'temporal.db'), 'utf8')).toContain('this is no database');
});

test('a program that is no Temporal is told', async () => {
  const directory = await makeDirectory();
  const program = join(directory, 'temporal');
  await writeFile(program, '#!/bin/sh\necho "Error: unknown command server" >&2\nexit 3\n', { mode: 0o755 });
  vi.stubEnv('BATON_TEMPORAL_CLI', program);
  expect(await findTemporalBinary()).toBe(program);
  expect(await reasonOf(find(directory))).toContain('the server ended at once (exit 3): Error: unknown command server');
});
