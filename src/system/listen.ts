// Addresses to listen on, and why one cannot be used.
import { systemCodeOf } from './system-error.js';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

const FORM = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[^:\s[\]]+)):(?<port>\d{1,5})$/;
const MAX_PORT = 65_535;

/** Reads `HOST:PORT` or `[IPv6]:PORT`; `undefined` if it is neither. */
export function readListen(text: string): ListenAddress | undefined {
  const { v6, host = v6, port } = FORM.exec(text)?.groups ?? {};
  return host !== undefined && Number(port) <= MAX_PORT ? { host, port: Number(port) } : undefined;
}

/** The address as part of a URL. */
export const originOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** An address that cannot be used; the message names the setting, the address and the reason. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Why an address cannot be used, in words; `undefined` if the error has another cause. */
export const listenFault = (error: unknown): string | undefined => REASONS.get(systemCodeOf(error) ?? '');

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'another program uses the port'],
  ['EADDRNOTAVAIL', 'this machine does not have the address'],
  ['ENOTFOUND', 'the name is not known'],
  ['EAI_AGAIN', 'the name is not known'],
  ['EACCES', 'this user may not use the port'],
]);
