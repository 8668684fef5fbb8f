// The processes of the demo: workers of Baton, and programs that must be on this machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import getPort from 'get-port';

export class MissingProgram extends Error {}

/** Where programs come from that are not on the machine. */
const ADVICE = {
  prometheus:
    'Debian, Ubuntu: sudo apt-get install prometheus; macOS: brew install prometheus; others: https://prometheus.io/download',
  'redis-server': 'Debian, Ubuntu: sudo apt-get install redis-server; macOS: brew install redis',
};

/** Throws MissingProgram. */
export async function launch(program, args, { env = process.env, stdout = 'ignore' } = {}) {
  const child = spawn(program, args, { env, stdio: ['ignore', stdout, 'pipe'] });
  let log = '';
  child.stderr.on('data', (text) => (log += text));
  await once(child, 'spawn').catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new MissingProgram(`the demo needs ${program}, which is not on the PATH: ${ADVICE[program]}`);
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    child,
    log: () => log,
    hasEnded,
    async stop(signal = 'SIGTERM') {
      if (hasEnded()) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

/** A worker that has begun to take work. Its metrics are at `listen`. */
export async function startWorker({ dist, config, address, listen, more, env }) {
  const args = ['worker', '--config', config, '--address', address, '--listen', listen, '--json', ...more];
  const worker = await launch(process.execPath, [join(dist, 'cli/main.js'), ...args], { env, stdout: 'pipe' });
  // Its one JSON document is printed when it is ready.
  const [first] = await Promise.race([once(worker.child.stdout, 'data'), once(worker.child, 'exit')]);
  if (!Buffer.isBuffer(first)) throw new Error(`a worker has ended:\n${worker.log()}`);
  return worker;
}

export async function startRedis(directory) {
  const port = await freePort();
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', directory, '--save', ''].map(String);
  return { ...(await launch('redis-server', args)), url: `redis://127.0.0.1:${port}` };
}

export const freePort = () => getPort({ host: '127.0.0.1' });
