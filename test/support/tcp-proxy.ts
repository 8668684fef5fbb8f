// A TCP proxy on 127.0.0.1 between a program and a server, which a test makes slow, silent or absent.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** What clients send is held from now on. */
  hold(this: void): void;
  /** As `hold`, from the first data on that contains the text, which is held, too. Resolves then. */
  holdAt(this: void, text: string): Promise<void>;
  /** Passes on what was held. */
  release(this: void): void;
  /** Ends all connections, and refuses others until `mend`. */
  cut(this: void): void;
  mend(this: void): void;
  close(this: void): Promise<void>;
}

export async function startProxy(target: number, targetHost = '127.0.0.1'): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  let isHolding = false;
  let isCut = false;
  let wanted: { text: string; found: () => void } | undefined;

  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = connect(target, targetHost);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      if (wanted !== undefined && data.includes(wanted.text)) {
        isHolding = true;
        wanted.found();
        wanted = undefined;
      }
      if (isHolding) held.push(() => void upstream.write(data));
      else upstream.write(data);
    });
    upstream.on('data', (data) => void client.write(data));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hold: () => void (isHolding = true),
    holdAt: (text) => new Promise((found) => (wanted = { text, found })),
    release() {
      isHolding = false;
      for (const pass of held.splice(0)) pass();
    },
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => void (isCut = false),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
