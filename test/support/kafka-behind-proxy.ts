// A Kafka server that clients reach through a proxy, also after they have connected: Kafka tells clients its address, which is that of
// the proxy here.
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafka } from '../../scripts/systems/kafka.js';
import { start, stop } from '../../scripts/systems/lifecycle.js';
import type { System } from '../../scripts/systems/system.js';
import { freePort } from '../../src/system/ports.js';
import { startProxy, type TcpProxy } from './tcp-proxy.js';

export interface KafkaBehindProxy {
  /** For clients that nothing cuts off. */
  readonly direct: string;
  /** Through the proxy. */
  readonly server: string;
  readonly proxy: TcpProxy;
  remove(): Promise<void>;
}

export async function kafkaBehindProxy(): Promise<KafkaBehindProxy> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-kafka-proxy-'));
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const proxy = await startProxy(ports[2]);
  const prepare: System['prepare'] = async (at) => {
    const programs = await kafka.prepare(at, ports);
    const file = join(at, 'kafka.properties');
    const settings = (await readFile(file, 'utf8')).split('\n');
    const longer = (name: string, more: string) => settings.find((line) => line.startsWith(`${name}=`))! + more;
    // The last value of a name holds.
    const added = [
      longer('listeners', `,FAR://127.0.0.1:${ports[2]}`),
      longer('advertised.listeners', `,FAR://127.0.0.1:${proxy.port}`),
      longer('listener.security.protocol.map', ',FAR:PLAINTEXT'),
    ];
    await appendFile(file, `${added.join('\n')}\n`);
    return programs;
  };
  const running = await start({ ...kafka, prepare }, directory, ports);
  return {
    direct: running.url,
    server: `127.0.0.1:${proxy.port}`,
    proxy,
    async remove() {
      await proxy.close();
      await stop(running, 'SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
