import type { ConnectionOptions } from '@temporalio/client';
import { isLoopbackAddress } from '../system/loopback.js';

/** The options that `Connection.connect` and `NativeConnection.connect` have in common. */
export interface ServerConnectionOptions {
  readonly address: string;
  readonly tls?: NonNullable<ConnectionOptions['tls']>;
  readonly apiKey?: string;
  readonly metadata?: Record<string, string>;
  readonly channelArgs?: NonNullable<ConnectionOptions['channelArgs']>;
}

export type ServerSource = 'given address' | 'TEMPORAL_ADDRESS' | 'temporal.toml';

export interface ServerAddress {
  /** `host:port` */
  readonly address: string;
  readonly namespace: string;
  /** The base address of the Web UI, if a Web UI answers. */
  readonly webUi?: string;
  /** The configured server, or one that Baton has started. */
  readonly origin: 'configured' | 'embedded';
  /** For a configured server, what names it: `given address`, `TEMPORAL_ADDRESS` or `temporal.toml`. */
  readonly source?: ServerSource;
  /** The directory `.baton` of a server that Baton has started. */
  readonly dataDirectory?: string;
}

export interface FoundServer extends ServerAddress {
  readonly connectionOptions: ServerConnectionOptions;
  /** Ends the use of the server: an embedded server that no other process uses is stopped. Idempotent. */
  release(this: void): Promise<void>;
}

/** For a server on this machine, gRPC must not use the HTTP proxy of the environment. */
export const connectionTo = (
  address: string,
  rest: Omit<ServerConnectionOptions, 'address'> = {},
): ServerConnectionOptions => ({
  ...rest,
  address,
  ...(isLoopbackAddress(address) && { channelArgs: { 'grpc.enable_http_proxy': 0 } }),
});

/** The Web UI of a dev server on this machine: its port is 1000 above the server's. */
export function usualWebUi(address: string): string | undefined {
  const port = Number(/:(\d+)$/.exec(address)?.[1] ?? 7233);
  return isLoopbackAddress(address) ? `http://127.0.0.1:${port + 1000}` : undefined;
}
