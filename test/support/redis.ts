// A real Redis for a test file, on a free port of this machine, which a test may stop and start again.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type RedisClientType } from 'redis';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from '../../src/system/ports.js';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) console.warn('skipped: tests of Redis need redis-server; on Debian: apt-get install -y redis-server');

export interface TestRedis {
  readonly url: string;
  /** For the test itself. */
  readonly client: RedisClientType;
  /** Ends the server as a crash does. What it has acknowledged is on disk. */
  kill(this: void): Promise<void>;
  start(this: void): Promise<void>;
}

export function useRedis(): TestRedis {
  let directory: string;
  let port: number;
  let server: ChildProcess | undefined;
  let client: RedisClientType;

  const start = async (): Promise<void> => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
    server = spawn('redis-server', [...args, '--appendonly', 'yes', '--appendfsync', 'always'], { stdio: 'ignore' });
    const one = createClient({ url: redis.url, socket: { reconnectStrategy: 50 } });
    one.on('error', () => undefined);
    await one.connect();
    one.destroy();
  };
  const kill = async (): Promise<void> => {
    if (server === undefined) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    server = undefined;
    await ended;
  };
  const redis: TestRedis = {
    get url() {
      return `redis://127.0.0.1:${port}`;
    },
    get client() {
      return client;
    },
    kill,
    start,
  };
  beforeAll(async () => {
    if (!hasRedis) return;
    directory = await mkdtemp(join(tmpdir(), 'baton-redis-'));
    port = await freePort();
    await start();
    client = createClient({ url: redis.url, socket: { reconnectStrategy: 50 } });
    client.on('error', () => undefined);
    await client.connect();
  });
  afterAll(async () => {
    client?.destroy();
    await kill();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });
  return redis;
}
