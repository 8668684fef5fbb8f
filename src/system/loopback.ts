// Addresses of this machine, which no other machine can reach.
import { isIPv4 } from 'node:net';

/** `localhost`, `127.0.0.1` and the like, `::1` with and without brackets. */
export const isLoopback = (host: string): boolean =>
  /^(?:localhost|::1|\[::1\])$/i.test(host) || (host.startsWith('127.') && isIPv4(host));

/** The same for `HOST:PORT`; the port may be absent. */
export const isLoopbackAddress = (address: string): boolean => isLoopback(address.replace(/:\d+$/, ''));
