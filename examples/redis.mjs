// The Redis of REDIS_URL, or one that is started for the demo.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import getPort from 'get-port';
import { createClient } from 'redis';

/** Rejects if there is no Redis, and none can be started. */
export async function openRedis(directory) {
  const given = process.env.REDIS_URL;
  const own = given === undefined ? await startRedis(directory) : undefined;
  const url = given ?? own.url;
  const client = createClient({ url, socket: { reconnectStrategy: (retries) => (retries < 50 ? 100 : false) } });
  client.on('error', () => undefined);
  await client.connect();
  return {
    url,
    client,
    async close() {
      client.destroy();
      if (own === undefined) return;
      own.process.kill();
      await once(own.process, 'exit');
    },
  };
}

async function startRedis(directory) {
  const port = await getPort({ host: '127.0.0.1' });
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', directory, '--save', ''].map(String);
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const started = once(child, 'spawn').catch(() => {
    throw new Error('redis-server is not on this machine: install it, or set REDIS_URL');
  });
  await started;
  return { url: `redis://127.0.0.1:${port}`, process: child };
}
