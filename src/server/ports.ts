import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { systemCodeOf } from './unreachable.js';

/** A process that was killed closes its ports a moment after its pid has lost its meaning. */
const CLOSING_MS = 2_000;

const POLL_MS = 50;

/** A port of 127.0.0.1 that nothing listens on now, `wanted` if it is one; what takes it before we do is the caller's risk. */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted !== undefined && (await untilFree(wanted))) return wanted;
  return (await listenOnce(0)).port;
}

/** False if it is still in use after a moment. */
export async function untilFree(port: number): Promise<boolean> {
  for (const deadline = Date.now() + CLOSING_MS; Date.now() < deadline; await pause(POLL_MS)) {
    if ((await whyNotFree(port)) === undefined) return true;
  }
  return false;
}

/** `undefined` if the port can be listened on; else the reason why not. */
export async function whyNotFree(port: number): Promise<string | undefined> {
  try {
    await listenOnce(port);
    return undefined;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EADDRINUSE') return 'in use by another program';
    return code === 'EACCES' ? 'not allowed for this user' : (code ?? String(error));
  }
}

function listenOnce(port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address) : reject(new Error('no port'))));
    });
  });
}
