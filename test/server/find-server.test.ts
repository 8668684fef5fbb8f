import { readdir } from 'node:fs/promises';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { once } from 'node:events';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ServerUnreachableError, findServer } from '../../src/server/index.js';
import { freePort, whyNotFree } from '../../src/system/ports.js';
import { NOBODY, find, makeDirectory, unconfigure } from './place.js';

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

test('find server: one that another program runs is found with its Web UI, is not stopped on release, and must have the namespace', async () => {
  const [port, uiPort] = await freeNeighbours();
  const theirs = await find(await makeDirectory(), { port, uiPort });
  const directory = await makeDirectory();
  const ours = await find(directory, { localAddress: theirs.address });
  expect(ours).toMatchObject({ origin: 'localhost', address: theirs.address, webUi: theirs.webUi });
  await ours.release();
  expect(await readdir(directory)).toEqual([]);

  const configured = await find(directory, { address: theirs.address });
  expect(configured).toMatchObject({ origin: 'configured', namespace: 'default', webUi: theirs.webUi });

  await expect(find(directory, { address: theirs.address, namespace: 'other' })).rejects.toThrow(
    `${theirs.address} (given address): the server has no namespace "other"`,
  );
}, 180_000);

/** A dev server has its Web UI 1000 above its port. */
async function freeNeighbours(): Promise<[number, number]> {
  for (;;) {
    const port = await freePort();
    if (port + 1000 < 65_536 && (await whyNotFree(port + 1000)) === undefined) return [port, port + 1000];
  }
}
