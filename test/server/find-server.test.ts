import { readdir } from 'node:fs/promises';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { commandOf } from '../../src/system/process-identity.js';
import { ServerUnreachableError, findServer } from '../../src/server/index.js';
import { freePort, whyNotFree } from '../../src/system/ports.js';
import { NOBODY, find, makeDirectory, readRecordOf, unconfigure } from './place.js';

beforeEach(unconfigure);

/** A program that accepts connections and does with them what it is told. */
async function listen(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('find server: a configured server that is not running is an error that names it, and no other server is used', async () => {
  const directory = await makeDirectory();
  const failure = await findServer({ directory, address: NOBODY }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ServerUnreachableError);
  expect(failure).toMatchObject({ tried: ['127.0.0.1:1 (given address): connect ECONNREFUSED 127.0.0.1:1'] });
  expect(await readdir(directory)).toEqual([]);
});

test('find server: TEMPORAL_ADDRESS configures a server', async () => {
  vi.stubEnv('TEMPORAL_ADDRESS', NOBODY);
  await expect(findServer()).rejects.toThrow('127.0.0.1:1 (TEMPORAL_ADDRESS): connect ECONNREFUSED');
});

// 8 s, for the command line promises an answer within 10 s.
test('find server: a configured server that never answers is given up in time', async () => {
  const address = await listen(() => undefined);
  await expect(findServer({ address })).rejects.toThrow(`${address} (given address): no answer within 8 s`);
});

test('find server: a host that does not exist is reported as such', async () => {
  await expect(findServer({ address: 'nowhere.invalid:7233' })).rejects.toThrow(
    'nowhere.invalid:7233 (given address): ',
  );
});

test('find server: an address with a scheme is rejected before a connection', async () => {
  await expect(findServer({ address: 'http://localhost:7233' })).rejects.toThrow(
    'given address: expected HOST:PORT, got "http://localhost:7233"',
  );
});

test('find server: a profile that does not exist is reported in one line', async () => {
  vi.stubEnv('TEMPORAL_PROFILE', 'nowhere');
  const failure = await findServer().catch((error: unknown) => error);
  expect(failure).toMatchObject({ tried: [expect.stringContaining("Profile 'nowhere' not found")] });
});

test('find server: every attempt is listed if no server is running and none may be started', async () => {
  const directory = await makeDirectory();
  const failure = await find(directory, { start: false }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    tried: [`server of ${directory}: no server is running`, '127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1'],
  });
  expect(await readdir(directory)).toEqual([]);
});

test('find server: another program on the local port is not taken for a server', async () => {
  const localAddress = await listen((socket) => socket.end('SSH-2.0-other\r\n'));
  const failure = await find(await makeDirectory(), { start: false, localAddress }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ tried: [expect.any(String), expect.stringContaining(`${localAddress}: `)] });
});

test('find server: one that another directory has started is used only if it is named', async () => {
  const [port, uiPort] = await freeNeighbours();
  const other = await makeDirectory();
  const theirs = await find(other, { port, uiPort, project: 'theirs' });
  const directory = await makeDirectory();
  const options = { localAddress: theirs.address, project: 'ours' };
  const notUsed =
    `${theirs.address}: the Temporal server there (of ${other}) is not used, because this project has not started it; ` +
    'to use it, name it with --address, TEMPORAL_ADDRESS or server.address';
  const failure = await find(directory, { ...options, start: false }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ tried: [`server of ${directory}: no server is running`, notUsed] });
  expect(await readdir(directory)).toEqual([]);

  const notes: string[] = [];
  const ours = await find(directory, { ...options, onProgress: (line) => notes.push(line) });
  expect(ours).toMatchObject({ origin: 'embedded', dataDirectory: join(directory, '.baton') });
  expect(ours.address).not.toBe(theirs.address);
  expect(notes[0]).toBe(notUsed);

  const configured = await find(directory, { address: theirs.address });
  expect(configured).toMatchObject({ origin: 'configured', source: 'given address', webUi: theirs.webUi });
  vi.stubEnv('TEMPORAL_ADDRESS', theirs.address);
  expect(await find(directory)).toMatchObject({ address: theirs.address, source: 'TEMPORAL_ADDRESS' });

  await expect(find(directory, { address: theirs.address, namespace: 'other' })).rejects.toThrow(
    `${theirs.address} (given address): the server has no namespace "other"`,
  );
}, 180_000);

test('find server: neither directories without a project, nor one of another name, share a server', async () => {
  const other = await makeDirectory();
  const [port, uiPort] = await freeNeighbours();
  const theirs = await find(other, { port, uiPort });
  const directory = await makeDirectory();
  for (const project of [undefined, 'ours']) {
    const options = { start: false, localAddress: theirs.address, ...(project === undefined ? {} : { project }) };
    await expect(find(directory, options)).rejects.toThrow('is not used, because this project has not started it');
  }
});

test('find server: one that this project has started in another directory is used, and kept while it is used', async () => {
  const other = await makeDirectory();
  const first = await find(other, { project: 'ours' });
  const directory = await makeDirectory();
  const second = await find(directory, { project: 'ours', localAddress: first.address, start: false });
  expect(second).toMatchObject({ address: first.address, dataDirectory: join(other, '.baton'), webUi: first.webUi });
  expect(await readdir(directory)).toEqual([]);
  const { pid } = await readRecordOf(other);
  await first.release();
  expect(await commandOf(pid)).toBeDefined();
  await second.release();
  expect(await commandOf(pid)).toBeUndefined();
});

test('find server: a Temporal server that Baton has not started is used only if it is named', async () => {
  const port = await freePort();
  const child = spawn(inject('temporalBinary'), ['server', 'start-dev', '--headless', '--port', String(port)], {
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const address = `127.0.0.1:${port}`;
  const named = () => find('.', { address }).catch(() => undefined);
  await expect.poll(named, { timeout: 60_000, interval: 500 }).toBeDefined();
  const failure = find(await makeDirectory(), { start: false, localAddress: address, project: 'ours' });
  await expect(failure).rejects.toThrow(`${address}: the Temporal server there is not used, because this project`);
}, 120_000);

/** A dev server has its Web UI 1000 above its port. */
async function freeNeighbours(): Promise<[number, number]> {
  for (;;) {
    const port = await freePort();
    if (port + 1000 < 65_536 && (await whyNotFree(port + 1000)) === undefined) return [port, port + 1000];
  }
}
