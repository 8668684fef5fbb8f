// Passes connections on to the first of several ports of 127.0.0.1 that accepts them, each time beginning with another one:
// node balance.mjs LISTEN PORT PORT…
import { connect, createServer } from 'node:net';

const [listen, ...ports] = process.argv.slice(2).map(Number);
let turn = 0;

const server = createServer((client) => {
  client.on('error', () => client.destroy());
  const attempt = (left) => {
    if (left === 0) return client.destroy();
    const upstream = connect(ports[(turn + left) % ports.length], '127.0.0.1');
    let isConnected = false;
    upstream.once('connect', () => {
      isConnected = true;
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => (isConnected ? client.destroy() : attempt(left - 1)));
    upstream.on('close', () => isConnected && client.destroy());
    client.on('close', () => upstream.destroy());
  };
  turn++;
  attempt(ports.length);
});
server.listen(listen, '127.0.0.1');
