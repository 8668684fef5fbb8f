import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installPackage } from './install.js';
import type { Program, System } from './system.js';

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** Every path and port is its own, and also Erlang's distribution listens on loopback only. */
async function prepare(directory: string, [port, distribution, epmd]: readonly number[]): Promise<readonly Program[]> {
  const at = (name: string) => join(directory, name);
  await mkdir(at('home'), { recursive: true });
  await writeFile(at('rabbitmq.conf'), `listeners.tcp.default = 127.0.0.1:${port}\n`);
  await writeFile(at('enabled_plugins'), '[].\n');
  const env = {
    HOME: at('home'),
    ERL_EPMD_PORT: String(epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `baton-${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: at('data'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_PID_FILE: at('pid'),
    RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('enabled_plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    // The script replaces itself by the server, so that a signal reaches it.
    RABBITMQ_ALLOW_INPUT: '1',
  };
  // Started here, because a server that starts it leaves it behind.
  const names = { command: 'epmd', args: ['-port', String(epmd), '-address', '127.0.0.1'] };
  return [names, { command: SERVER, args: ['-noinput'], env }];
}

export const rabbitmq: System = {
  name: 'rabbitmq',
  title: 'RabbitMQ 3.10 (Debian)',
  variable: 'BATON_TEST_AMQP_URL',
  ports: 3,
  isInstalled: () =>
    access(SERVER).then(
      () => true,
      () => false,
    ),
  install: (say) => installPackage('rabbitmq-server', say),
  prepare,
  greeting: Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]),
  url: (port) => `amqp://guest:guest@127.0.0.1:${port}`,
};
