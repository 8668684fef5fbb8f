import { type AddressInfo, createServer } from 'node:net';
import { systemCodeOf } from './unreachable.js';

/** A port of 127.0.0.1 that nothing listens on now; what takes it before we do is the caller's risk. */
export const freePort = async (): Promise<number> => (await listenOnce(0)).port;

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
