// Ports of 127.0.0.1.
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { systemCodeOf } from './system-error.js';

/** The kernel closes the ports of a killed process shortly after its pid has become invalid. */
const CLOSING_MS = 2_000;

const POLL_MS = 50;

/** A port that is free now: `wanted`, if it is free. Another program may take it before the caller does. */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted !== undefined && (await untilFree(wanted))) return wanted;
  return (await listenOnce(0)).port;
}

/** Waits until the port is free. Returns false if it is still in use after two seconds. */
export async function untilFree(port: number): Promise<boolean> {
  for (const deadline = Date.now() + CLOSING_MS; Date.now() < deadline; await pause(POLL_MS)) {
    if ((await whyNotFree(port)) === undefined) return true;
  }
  return false;
}

/** `undefined` if the port is free; else the reason why it cannot be used. */
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
