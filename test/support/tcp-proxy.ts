// A TCP proxy between a client and a server, to cut the network between them.
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Ends all connections and refuses new ones, until `heal`. */
  cut(): void;
  /** Connections stay open, but nothing arrives any more, in either direction, until `heal`. */
  freeze(): void;
  heal(): void;
  /** How many connections there were. */
  connections(): number;
  close(): Promise<void>;
}

export async function openTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'frozen' = 'open';
  let count = 0;
  const server = createServer((client) => {
    if (state === 'cut') return client.destroy();
    count += 1;
    const upstream = connect(target);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => to.write(chunk));
      from.on('end', () => to.end());
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (state === 'frozen') from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut';
      end();
    },
    freeze() {
      state = 'frozen';
      sockets.forEach((socket) => socket.pause());
    },
    heal() {
      state = 'open';
      sockets.forEach((socket) => socket.resume());
    },
    connections: () => count,
    async close() {
      end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
