import type { ConnectionOptions } from '@temporalio/client';

/** What both `Connection.connect` and `NativeConnection.connect` take. */
export interface ServerConnectionOptions {
  readonly address: string;
  readonly tls?: NonNullable<ConnectionOptions['tls']>;
  readonly apiKey?: string;
  readonly metadata?: Record<string, string>;
  readonly channelArgs?: NonNullable<ConnectionOptions['channelArgs']>;
}

export interface ServerAddress {
  /** `host:port` */
  readonly address: string;
  readonly namespace: string;
  /** Base address of the Web UI, if one answers there. */
  readonly webUi?: string;
  /** Who provides it: the configuration, somebody else on this machine, or Baton. */
  readonly origin: 'configured' | 'localhost' | 'embedded';
}

export interface FoundServer extends ServerAddress {
  readonly connectionOptions: ServerConnectionOptions;
  /** Gives the server back: an embedded one that no other process uses is stopped. Idempotent. */
  release(this: void): Promise<void>;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

/** An HTTP proxy of the environment is never meant for this machine itself, but gRPC would use it unless told. */
export const connectionTo = (
  address: string,
  rest: Omit<ServerConnectionOptions, 'address'> = {},
): ServerConnectionOptions => ({
  ...rest,
  address,
  ...(LOOPBACK.test(address) && { channelArgs: { 'grpc.enable_http_proxy': 0 } }),
});

/** Where a dev server on this machine has its Web UI: 1000 above its own port. */
export function usualWebUi(address: string): string | undefined {
  const port = Number(/:(\d+)$/.exec(address)?.[1] ?? 7233);
  return LOOPBACK.test(address) ? `http://127.0.0.1:${port + 1000}` : undefined;
}
