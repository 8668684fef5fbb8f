// HOST:PORT to listen on.
import { Option, type Command } from 'commander';
import { readListen, type ListenAddress } from '../../system/listen.js';
import { parseWhole } from './options.js';
import { UsageError } from '../terminal/errors.js';

export type { ListenAddress };

/** Throws UsageError. */
export function parseListen(text: string): ListenAddress {
  const address = readListen(text);
  if (address !== undefined) return address;
  throw new UsageError([`--listen: expected HOST:PORT, as 127.0.0.1:8088 or [::1]:8088, got ${JSON.stringify(text)}`]);
}

/** As a configuration has it. */
export const listenText = ({ host, port }: ListenAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

const MAX_PORT = 65_535;

/** Where a command serves pages; see `pageAddress`. */
export const withPageAddress = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--listen <host:port>',
        'with --watch: serve the page here; default: a free port of 127.0.0.1',
      ).argParser(parseListen),
    )
    .option('--port <port>', 'with --watch: serve the page on this port of 127.0.0.1', (value) =>
      parseWhole('--port', value, 1, MAX_PORT),
    );

export interface PageAddressOptions {
  readonly listen?: ListenAddress;
  readonly port?: number;
}

/** Throws UsageError. */
export function pageAddress({ listen, port }: PageAddressOptions): ListenAddress {
  if (listen !== undefined && port !== undefined) throw new UsageError(['--port and --listen exclude each other']);
  return listen ?? { host: '127.0.0.1', port: port ?? 0 };
}

/** Where a long-running command serves /metrics, /livez and /readyz. */
export const withListen = (command: Command): Command =>
  command.addOption(
    new Option(
      '--listen <host:port>',
      'serve metrics and health here; default: telemetry.listen of the configuration',
    ).argParser(parseListen),
  );
