import { installPackage, onPath } from './install.js';
import type { System } from './system.js';

export const redis: System = {
  name: 'redis',
  title: 'Redis 7.0 (Debian)',
  variable: 'BATON_TEST_REDIS_URL',
  ports: 1,
  isInstalled: () => onPath('redis-server'),
  install: (say) => installPackage('redis-server', say),
  // With `appendfsync always` nothing that Redis has confirmed is lost when it is killed.
  prepare: (directory, [port]) =>
    Promise.resolve([
      {
        command: 'redis-server',
        args: `--port ${port} --bind 127.0.0.1 --dir ${directory} --appendonly yes --appendfsync always --save ""`.split(
          ' ',
        ),
      },
    ]),
  greeting: Buffer.from('PING\r\n'),
  url: (port) => `redis://127.0.0.1:${port}`,
};
